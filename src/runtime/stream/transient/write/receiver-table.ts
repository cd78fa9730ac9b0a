import { Wakeup } from '../../../core/deferred.js'
import { DaffiError, toErrorRecord } from '../../../core/errors.js'
import type { Lane, ReceiverState, ReceiverSummary } from '../../../core/plan/summary.js'
import type { ReceiverAccounts } from '../../common/write/writer-state.js'
import type { Demand } from '../../lanes/lane.js'
import type { Accept, Assignment, Progress } from '../../protocol/messages.js'
import type { Peer } from '../../protocol/ports.js'
import {
  acceptOf,
  adoptLateCounts,
  demandOn,
  invitedSession,
  isSilent,
  summarize,
  type Assignable,
  type ReceiverSession,
} from './receiver-session.js'

/** Point of the stream at which a receiver attaches, or leaves. */
export interface StreamPosition {
  /** Number of the next item to go out on its lane. */
  next: number
  /** Weight that its lane will have stored before that item. */
  stored: number
  /** Whether receivers may still attach: the source has not ended. */
  open: boolean
}

/** States in which a receiver wants no more of the stream. */
const FINAL_STATES: ReceiverState[] = ['finished', 'stopped']

/** The writer's table of receivers: which nodes receive, the progress of each, and the outcome of every item. */
export class ReceiverTable implements ReceiverAccounts {
  readonly changed = new Wakeup()
  /** Whether the source is held back, since a receiver is away that is waited for. */
  held = false
  readonly #nodes = new Map<string, ReceiverSession[]>()
  /** Sessions that are not settled, since every part and report needs them; the others grow with every return. */
  #present: readonly ReceiverSession[] = []
  readonly #share: boolean
  readonly #live: boolean
  /** Whether a receiver is to be told how far a shared stream is assigned. */
  wantMarks = false
  #attaches = 0
  #assignments = 0

  /** @param options `share`: each item is for one of the receivers */
  constructor({ share, live }: { share: boolean; live: boolean }) {
    this.#share = share
    this.#live = live
  }

  /** Adds a session. False when this incarnation of the node has one, or wants no other. */
  invite({ name, incarnation }: Peer): boolean {
    const sessions = this.#nodes.get(name) ?? []
    const latest = sessions.findLast((session) => session.incarnation === incarnation)
    if (latest && (latest.last === undefined || FINAL_STATES.includes(latest.state))) return false
    const session = invitedSession({ name, incarnation }, this.#share)
    sessions.push(session)
    this.#nodes.set(name, sessions)
    this.#present = [...this.#present, session]
    return true
  }

  /** Adopts a receiver's report. @param at position of the stream, should the receiver attach or leave now */
  onProgress(progress: Progress, at: StreamPosition): void {
    const { node, incarnation, attach } = progress
    const sessions = (this.#nodes.get(node) ?? []).filter((session) => session.incarnation === incarnation)
    const sessionOf = (number: number): ReceiverSession | undefined =>
      sessions.find((session) => session.first !== undefined && session.attach === number)
    for (const counts of progress.earlier) {
      const earlier = sessionOf(counts.attach)
      if (!earlier) continue
      // It may also be the present one, whose reports were all lost: the receiver knew of its accept, and has begun anew.
      earlier.confirmed = true
      earlier.final = true
      adoptLateCounts(earlier, counts)
    }
    const reported = sessionOf(attach)
    if (reported && progress.state !== 'attached') reported.final = true
    if (reported?.last !== undefined) adoptLateCounts(reported, progress)
    const present = this.#sessionOf({ incarnation })
    if (present?.attach === attach && present.first !== undefined) this.#onReport(present, progress, at)
    else if (progress.state === 'attached') this.#onWaiting(present, progress, at)
    else if (present && !present.confirmed && attach === 0) {
      present.error = progress.error
      this.#settle(present, progress.state, at.next)
    }
    this.changed.notify()
  }

  /** Acceptances of all attached receivers. */
  accepts(): Accept[] {
    const accepts = this.#attaches
    return this.#present.flatMap((session) => acceptOf(session, { accepts, live: this.#live }))
  }

  /** Settles the session of a receiver that died, or left before the end. False when it has none. */
  depart(peer: Peer, how: 'left' | 'died', next: number, error: DaffiError): boolean {
    const session = this.#sessionOf(peer)
    if (!session) return false
    session.error = toErrorRecord(error)
    this.#settle(session, how, next)
    this.changed.notify()
    return true
  }

  /**
   * Settles everybody who is left, as nobody is waited for any more: who has not attached, and who has not given its final
   * counts, so that what it did not report is lost.
   */
  giveUp(next: number): void {
    for (const session of this.#present) {
      const hasAttached = session.first !== undefined
      const what = hasAttached
        ? 'did not give its final counts in time'
        : 'did not attach before the stream ended'
      session.error ??= toErrorRecord(new DaffiError('DAFFI_TIMEOUT', what))
      this.#settle(session, hasAttached ? 'died' : 'left', next)
    }
  }

  /** Notes that a second has passed, and who is suspected. */
  check(isSuspected: (incarnation: string) => boolean): void {
    for (const session of this.#present) {
      session.silence++
      const { assigned } = session
      if (assigned) assigned.checked = [assigned.count, assigned.checked[0]]
      session.suspected = isSuspected(session.incarnation)
    }
  }

  /** Number of the latest attach. */
  get latestAttach(): number {
    return this.#attaches
  }

  /** Incarnations that have not given their final counts. */
  get pending(): string[] {
    return this.#present.map(({ incarnation }) => incarnation)
  }

  /**
   * Peers that were invited and have not attached. One that is suspected is not waited for while another is attached, if it
   * need not have every item: others have those of a shared stream, and a live one never waits.
   */
  absent(): readonly Peer[] {
    const canDoWithout = (this.#share || this.#live) && this.attached > 0
    return this.#present.filter(({ first, suspected }) => first === undefined && !(canDoWithout && suspected))
  }

  /** Peers that are invited or attached, and have not reported for a while. */
  silent(): readonly Peer[] {
    return this.#present.filter(isSilent)
  }

  /**
   * Incarnations that an invitation is for: those that have not attached, and those that live but are silent, and may have
   * left without the writer's knowledge.
   */
  uninformed(): string[] {
    const isUninformed = (session: ReceiverSession): boolean =>
      session.first === undefined || (!session.suspected && isSilent(session))
    return this.#present.filter(isUninformed).map(({ incarnation }) => incarnation)
  }

  get attached(): number {
    return this.#present.filter(({ first }) => first !== undefined).length
  }

  /** Whether a receiver finishes what it was given of a stream that is not shared, and leaves. */
  get isAnyLeaving(): boolean {
    return this.#present.some(({ leavesAt }) => leavesAt !== undefined)
  }

  /** Lane of a receiver that is attached. */
  laneOf(peer: Peer): Lane | undefined {
    return this.#sessionOf(peer)?.progress?.lane
  }

  /** Whether a node has a session that is not settled. */
  isPresent(name: string): boolean {
    return this.#present.some((session) => session.name === name)
  }

  /** Whether a node received, and may come back: its latest session ended by no wish or fault of its own. */
  isAway(name: string): boolean {
    const latest = this.#nodes.get(name)?.at(-1)
    return latest?.last !== undefined && !FINAL_STATES.includes(latest.state)
  }

  /**
   * Assigns an item to one of the receivers.
   * @param choose of the present ones; undefined when none can take the item now
   */
  assign(
    item: number,
    choose: (sessions: readonly ReceiverSession[]) => Assignable | undefined,
  ): (Assignment & { lane: Lane; first: number }) | undefined {
    const chosen = choose(this.#present)
    if (!chosen) return undefined
    const { session, assigned, lane } = chosen
    assigned.latest = ++this.#assignments
    return { attach: session.attach, item, lane, first: assigned.count++ }
  }

  /** Receivers of a shared stream that have nothing in hand, with the number of items that each was given. */
  idle(): { attach: number; given: number }[] {
    return this.#present.flatMap(({ attach, assigned, progress: of }) => {
      const done = of ? of.processed + of.dropped + of.failed : -1
      return done === assigned?.count ? [{ attach, given: done }] : []
    })
  }

  /** Counts an item that no receiver could take before the stream was cut off: it is lost with the last receiver. */
  countUnassigned(): void {
    const last = [...this.#nodes.values()].flat().findLast(({ first }) => first !== undefined)
    if (last?.assigned) last.assigned.count++
  }

  /** Counts the items up to this number that went out while no receiver was present: they are lost with the last one. */
  countUnsent(next: number): void {
    if (this.#share || this.attached > 0) return
    let latest: ReceiverSession | undefined
    for (const session of [...this.#nodes.values()].flat()) {
      if (session.first !== undefined && (session.last ?? 0) >= (latest?.last ?? 0)) latest = session
    }
    if (latest?.last !== undefined) latest.last = Math.max(latest.last, next)
  }

  /** Registers a part that is sent to one receiver only. */
  onSent(attach: number, end: number, weight: number): void {
    this.#present.find((session) => session.attach === attach)?.assigned?.unacked.add(end, weight)
  }

  /** Number of items that each receiver was assigned, by attach. */
  get shares(): Record<number, number> {
    return Object.fromEntries(this.#present.map(({ attach, assigned }) => [attach, assigned?.count ?? 0]))
  }

  demand(lane: Lane): Demand {
    return demandOn(lane, () => this.#present)
  }

  summary(items: number): Record<string, ReceiverSummary> {
    return Object.fromEntries(
      [...this.#nodes].map(([name, sessions]) => [name, summarize(sessions, items, this.#live)]),
    )
  }

  /** Adopts a report of the present session. */
  #onReport(session: ReceiverSession, progress: Progress, at: StreamPosition): void {
    session.confirmed = true
    session.silence = 0
    session.progress = { ...progress, earlier: [] }
    session.error = progress.error
    session.assigned?.unacked.settle(progress.loaded)
    if (progress.leaving && !this.#live && !this.#share) session.leavesAt ??= at.next
    this.wantMarks ||= progress.marks === true
    if (progress.state !== 'attached') this.#settle(session, progress.state, at.next)
  }

  /** Attaches a receiver that waits to be accepted. One that knew of its accept has begun anew. */
  #onWaiting(present: ReceiverSession | undefined, progress: Progress, at: StreamPosition): void {
    let session = present
    if (session?.confirmed) {
      this.#settle(session, 'left', at.next)
      this.invite({ name: progress.node, incarnation: progress.incarnation })
      session = this.#nodes.get(progress.node)?.at(-1)
    }
    if (!session) return
    session.silence = 0
    if (session.first !== undefined || !at.open) return
    if (!this.#live) this.countUnsent(at.next)
    session.attach = ++this.#attaches
    session.first = this.#share ? 0 : at.next
    session.base = at.stored
    session.progress = {
      ...progress,
      attach: session.attach,
      earlier: [],
      loaded: 0,
      processed: 0,
      dropped: 0,
      failed: 0,
      ...(progress.unmatched === undefined ? {} : { unmatched: 0 }),
    }
  }

  #sessionOf({ incarnation }: Pick<Peer, 'incarnation'>): ReceiverSession | undefined {
    return this.#present.find((session) => session.incarnation === incarnation)
  }

  #settle(session: ReceiverSession, state: ReceiverSession['state'], next: number): void {
    session.state = state
    session.last = Math.max(session.first ?? 0, session.leavesAt ?? next)
    this.#present = this.#present.filter((each) => each !== session)
  }
}
