import { Wakeup } from '../../../core/deferred.js'
import { toErrorRecord, type DaffiError } from '../../../core/errors.js'
import type { Lane, ReceiverSummary } from '../../../core/summary.js'
import { demandOn, freestOf, summarize, type Attachment } from './receiver-session.js'
import type { Demand } from '../../lanes/lane.js'
import type { Accept, Assignment, Progress } from '../../protocol/messages.js'
import { Outstanding } from './unacked-parts.js'
import type { Peer } from '../../protocol/ports.js'

/** Where the stream stands: items yielded, number of the next to go out, cost of what each lane has stored. */
export interface Position {
  items: number
  next: number
  stored: (lane: Lane) => number
}

/** The writer's ledger: who receives, how far each one is, and what became of every item. */
export class Receivers {
  readonly changed = new Wakeup()
  readonly #nodes = new Map<string, Attachment[]>()
  readonly #share: boolean
  #attaches = 0
  #given = 0

  /** @param share each item is for one of the receivers */
  constructor(share: boolean) {
    this.#share = share
  }

  /** False when this run of the node is known already. */
  invite(peer: Peer): boolean {
    const runs = this.#nodes.get(peer.name) ?? []
    if (runs.some((run) => run.incarnation === peer.incarnation && run.last === undefined)) return false
    runs.push({
      incarnation: peer.incarnation,
      attach: ++this.#attaches,
      first: undefined,
      base: 0,
      last: undefined,
      progress: undefined,
      state: 'attached',
      error: null,
      share: this.#share ? { given: 0, latest: 0, outstanding: new Outstanding() } : undefined,
    })
    this.#nodes.set(peer.name, runs)
    return true
  }

  /** Takes a receiver's word. `at` is where the stream stands, for one that attaches now. */
  report(progress: Progress, at: Position): void {
    const run = this.#live().find((each) => each.incarnation === progress.incarnation)
    if (!run) return
    run.first ??= this.#share ? 0 : at.next
    if (run.progress === undefined) run.base = at.stored(progress.lane)
    // Until it has been accepted it may speak of an earlier attach.
    run.progress =
      progress.attach === run.attach
        ? progress
        : { ...progress, loaded: 0, processed: 0, dropped: 0, failed: 0 }
    run.share?.outstanding.settle(run.progress.loaded)
    if (progress.attach === run.attach || progress.attach === 0) {
      run.error = progress.error
      if (progress.state !== 'attached') this.#settle(run, progress.state, at.items)
    }
    this.changed.notify()
  }

  /** What tells the attached where they begin. */
  accepts(pinOf: (incarnation: string) => number | null): Accept[] {
    return this.#live().flatMap(({ incarnation, attach, first }) =>
      first === undefined ? [] : [{ what: 'accept', incarnation, attach, first, pin: pinOf(incarnation) }],
    )
  }

  /** A receiver vanished, or said goodbye before the end. */
  depart(peer: Peer, how: 'left' | 'died', items: number, error: DaffiError): void {
    const run = this.#nodes
      .get(peer.name)
      ?.find((each) => each.incarnation === peer.incarnation && each.last === undefined)
    if (!run) return
    run.error = toErrorRecord(error)
    this.#settle(run, how, items)
    this.changed.notify()
  }

  /** Incarnations of whom there is no last word. */
  get pending(): string[] {
    return this.#live().map((run) => run.incarnation)
  }

  /** Incarnations that were invited and have not attached. */
  absent(): string[] {
    return this.#live()
      .filter((run) => run.first === undefined)
      .map((run) => run.incarnation)
  }

  get attached(): number {
    return this.#live().filter((run) => run.first !== undefined).length
  }

  /** Gives an item to who is free. Undefined when everyone has `most` unfinished, or nobody is there. */
  assign(item: number, most: number): (Assignment & { lane: Lane; first: number }) | undefined {
    const freest = freestOf(this.#live(), most)
    if (!freest) return undefined
    const { run, share, lane } = freest
    share.latest = ++this.#given
    return { attach: run.attach, item, lane, first: share.given++ }
  }

  /** Nobody could take an item until the stream was cut off: it is lost with the last who was there. */
  forfeit(): void {
    const last = [...this.#nodes.values()].flat().findLast((run) => run.first !== undefined)
    if (last?.share) last.share.given++
  }

  /** A part for that receiver alone goes to its lane. */
  sent(attach: number, end: number, cost: number): void {
    this.#live()
      .find((run) => run.attach === attach)
      ?.share?.outstanding.add(end, cost)
  }

  /** How many items each was given, by its attach. */
  get shares(): Record<number, number> {
    return Object.fromEntries(this.#live().map(({ attach, share }) => [attach, share?.given ?? 0]))
  }

  demand(lane: Lane): Demand {
    return demandOn(lane, () => this.#live())
  }

  summary(items: number): Record<string, ReceiverSummary> {
    return Object.fromEntries([...this.#nodes].map(([name, runs]) => [name, summarize(runs, items)]))
  }

  #live(): Attachment[] {
    return [...this.#nodes.values()].flatMap((runs) => runs.filter((run) => run.last === undefined))
  }

  #settle(run: Attachment, state: Attachment['state'], items: number): void {
    run.state = state
    run.last = items
  }
}
