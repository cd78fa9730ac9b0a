import { Wakeup } from '../core/deferred.js'
import type { DaffiError, ErrorRecord } from '../core/errors.js'
import { toErrorRecord } from '../core/errors.js'
import type { Lane, ReceiverSummary } from '../core/summary.js'
import type { Accept, Progress } from './messages.js'
import type { Peer } from './ports.js'

/** One run of a receiving node, as the writer sees it. */
interface Attachment {
  incarnation: string
  attach: number
  /** Number of its first item; undefined until it attached. */
  first: number | undefined
  /** What had been stored when it attached, in cost. */
  base: number
  /** Number after its last item, once it has gone. */
  last: number | undefined
  progress: Progress | undefined
  state: ReceiverSummary['state']
  error: ErrorRecord | null
}

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
  #attaches = 0

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
    })
    this.#nodes.set(peer.name, runs)
    return true
  }

  /** Takes a receiver's word. `at` is where the stream stands, for one that attaches now. */
  report(progress: Progress, at: Position): void {
    const run = this.#live().find((each) => each.incarnation === progress.incarnation)
    if (!run) return
    run.first ??= at.next
    if (run.progress === undefined) run.base = at.stored(progress.lane)
    // Until it has been accepted it may speak of an earlier attach.
    run.progress =
      progress.attach === run.attach
        ? progress
        : { ...progress, loaded: 0, processed: 0, dropped: 0, failed: 0 }
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

  /** How far the slowest receiver is, on the scale of what was stored in all. */
  slowest(lane: Lane, stored: number): number {
    let least = stored
    for (const run of this.#live()) {
      if (run.first !== undefined && run.progress?.lane === lane)
        least = Math.min(least, run.base + run.progress.loaded)
    }
    return least
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

function summarize(runs: Attachment[], items: number): ReceiverSummary {
  const total = { offered: 0, processed: 0, dropped: 0, failed: 0, lost: 0 }
  for (const run of runs) {
    const { processed = 0, dropped = 0, failed = 0 } = run.progress ?? {}
    const offered = run.first === undefined ? 0 : (run.last ?? items) - run.first
    total.offered += offered
    total.processed += processed
    total.dropped += dropped
    total.failed += failed
    if (run.last !== undefined) total.lost += offered - processed - dropped - failed
  }
  const latest = runs.at(-1)
  return {
    lane: latest?.progress?.lane ?? 'jetstream',
    state: latest?.state ?? 'died',
    attaches: runs.filter((run) => run.first !== undefined).length,
    error: latest?.error ?? null,
    ...total,
    latencyMs: latest?.progress?.latencyMs ?? null,
  }
}
