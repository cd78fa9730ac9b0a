import { Wakeup } from '../../../core/deferred.js'
import { toErrorRecord, type DaffiError } from '../../../core/errors.js'
import type { Lane, ReceiverSummary } from '../../../core/plan/summary.js'
import type { ReceiverAccounts } from '../../common/write/writer-state.js'
import type { Demand } from '../../lanes/lane.js'
import type { Accept, Assignment, Progress } from '../../protocol/messages.js'
import type { Peer } from '../../protocol/ports.js'
import { demandOn, leastLoaded, summarize, type ReceiverSession } from './receiver-session.js'
import { UnackedParts } from './unacked-parts.js'

/** Position of the stream at which a receiver attaches. */
export interface StreamPosition {
  /** Items that the source has yielded. */
  items: number
  /** Number of the next item to go out. */
  next: number
  /** Weight of all that the receiver's lane has stored. */
  stored: number
}

/** The writer's table of receivers: which nodes receive, the progress of each, and the outcome of every item. */
export class ReceiverTable implements ReceiverAccounts {
  readonly changed = new Wakeup()
  readonly #nodes = new Map<string, ReceiverSession[]>()
  readonly #share: boolean
  #attaches = 0
  #assignments = 0

  /** @param share each item is for one of the receivers */
  constructor(share: boolean) {
    this.#share = share
  }

  /** Adds a session. False when this incarnation of the node has one. */
  invite(peer: Peer): boolean {
    const sessions = this.#nodes.get(peer.name) ?? []
    if (sessions.some(({ incarnation, last }) => incarnation === peer.incarnation && last === undefined))
      return false
    sessions.push({
      incarnation: peer.incarnation,
      attach: ++this.#attaches,
      first: undefined,
      base: 0,
      last: undefined,
      progress: undefined,
      state: 'attached',
      error: null,
      assigned: this.#share ? { count: 0, latest: 0, unacked: new UnackedParts() } : undefined,
    })
    this.#nodes.set(peer.name, sessions)
    return true
  }

  /** Accepts a receiver's progress. @param at position of the stream, for a receiver that attaches now */
  onProgress(progress: Progress, at: StreamPosition): void {
    const session = this.#present().find(({ incarnation }) => incarnation === progress.incarnation)
    if (!session) return
    session.first ??= this.#share ? 0 : at.next
    if (session.progress === undefined) session.base = at.stored
    // Until it has been accepted the counts may belong to an earlier attach.
    session.progress =
      progress.attach === session.attach
        ? progress
        : { ...progress, loaded: 0, processed: 0, dropped: 0, failed: 0 }
    session.assigned?.unacked.settle(session.progress.loaded)
    if (progress.attach === session.attach || progress.attach === 0) {
      session.error = progress.error
      if (progress.state !== 'attached') this.#settle(session, progress.state, at.items)
    }
    this.changed.notify()
  }

  /** Acceptances of all attached receivers. */
  accepts(pinOf: (incarnation: string) => number | null): Accept[] {
    return this.#present().flatMap(({ incarnation, attach, first }) =>
      first === undefined ? [] : [{ what: 'accept', incarnation, attach, first, pin: pinOf(incarnation) }],
    )
  }

  /** Settles the session of a receiver that died, or left before the end. */
  depart(peer: Peer, how: 'left' | 'died', items: number, error: DaffiError): void {
    const session = this.#nodes
      .get(peer.name)
      ?.find(({ incarnation, last }) => incarnation === peer.incarnation && last === undefined)
    if (!session) return
    session.error = toErrorRecord(error)
    this.#settle(session, how, items)
    this.changed.notify()
  }

  /** Incarnations that have not given their final counts. */
  get pending(): string[] {
    return this.#present().map(({ incarnation }) => incarnation)
  }

  /** Incarnations that were invited and have not attached. */
  absent(): string[] {
    return this.#present()
      .filter(({ first }) => first === undefined)
      .map(({ incarnation }) => incarnation)
  }

  get attached(): number {
    return this.#present().filter(({ first }) => first !== undefined).length
  }

  /**
   * Assigns an item to the least loaded receiver.
   * @param limit unfinished items with which a receiver gets no more
   * @returns undefined when all receivers are at the limit, or there is none
   */
  assign(item: number, limit: number): (Assignment & { lane: Lane; first: number }) | undefined {
    const least = leastLoaded(this.#present(), limit)
    if (!least) return undefined
    const { session, assigned, lane } = least
    assigned.latest = ++this.#assignments
    return { attach: session.attach, item, lane, first: assigned.count++ }
  }

  /** Counts an item that no receiver could take before the stream was cut off: it is lost with the last receiver. */
  countUnassigned(): void {
    const last = [...this.#nodes.values()].flat().findLast(({ first }) => first !== undefined)
    if (last?.assigned) last.assigned.count++
  }

  /** Registers a part that is sent to one receiver only. */
  onSent(attach: number, end: number, weight: number): void {
    this.#present()
      .find((session) => session.attach === attach)
      ?.assigned?.unacked.add(end, weight)
  }

  /** Number of items that each receiver was assigned, by attach. */
  get shares(): Record<number, number> {
    return Object.fromEntries(this.#present().map(({ attach, assigned }) => [attach, assigned?.count ?? 0]))
  }

  demand(lane: Lane): Demand {
    return demandOn(lane, () => this.#present())
  }

  summary(items: number): Record<string, ReceiverSummary> {
    return Object.fromEntries([...this.#nodes].map(([name, sessions]) => [name, summarize(sessions, items)]))
  }

  #present(): ReceiverSession[] {
    return [...this.#nodes.values()].flatMap((sessions) => sessions.filter(({ last }) => last === undefined))
  }

  #settle(session: ReceiverSession, state: ReceiverSession['state'], items: number): void {
    session.state = state
    session.last = items
  }
}
