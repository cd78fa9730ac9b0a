import { Wakeup } from '../../../core/deferred.js'
import type { ErrorRecord } from '../../../core/errors.js'
import type { ReceiverState, ReceiverSummary } from '../../../core/plan/summary.js'
import type { DurableProgress } from '../../protocol/durable-messages.js'
import type { Peer } from '../../protocol/ports.js'
import type { DurableReceivers } from './durable-receivers.js'

/** Progress of one receiving node, over all its incarnations. */
interface Entry {
  incarnation: string | undefined
  state: ReceiverState
  /** Latest report of the present incarnation. */
  progress: DurableProgress | undefined
  first: number | undefined
  position: number
  ackFloor: number
  /** Counts of earlier incarnations. */
  failed: number
  lost: number
  attaches: number
  error: ErrorRecord | null
}

const FINAL_STATES: ReceiverState[] = ['finished', 'stopped']

/** Receivers of a durable stream that each get everything. The writer waits for those that die or leave. */
export class ReceiverProgressTable implements DurableReceivers {
  readonly changed = new Wakeup()
  readonly #nodes = new Map<string, Entry>()
  readonly #start: number

  /** @param start sequence of the epoch's first record */
  constructor(start: number) {
    this.#start = start
  }

  /** Adds a node that has a consumer of the epoch from an earlier session. */
  expect(node: string, ackFloor: number): void {
    this.#nodes.set(node, {
      ...this.#entry(node),
      state: 'died',
      ackFloor: Math.max(ackFloor, this.#start - 1),
    })
  }

  invite({ name, incarnation }: Peer): void {
    const entry = this.#entry(name)
    if (entry.incarnation === incarnation) return
    entry.failed += entry.progress?.failed ?? 0
    entry.lost += entry.progress?.lost ?? 0
    entry.progress = undefined
    entry.incarnation = incarnation
    entry.state = 'attached'
    entry.error = null
    this.#nodes.set(name, entry)
  }

  onProgress(progress: DurableProgress): void {
    const entry = this.#nodes.get(progress.node)
    if (entry?.incarnation !== progress.incarnation) return
    if (!entry.progress) entry.attaches++
    entry.progress = progress
    entry.first ??= progress.first
    entry.position = progress.position
    entry.ackFloor = Math.max(entry.ackFloor, progress.floor)
    entry.state = progress.state
    entry.error = progress.error
    this.changed.notify()
  }

  depart({ name, incarnation }: Peer, how: 'left' | 'died'): void {
    const entry = this.#nodes.get(name)
    if (entry?.incarnation !== incarnation || FINAL_STATES.includes(entry.state)) return
    entry.state = how
    this.changed.notify()
  }

  absent(): string[] {
    return [...this.#nodes.values()].flatMap(({ state, progress, incarnation }) =>
      state === 'attached' && !progress && incarnation !== undefined ? [incarnation] : [],
    )
  }

  /** The writer waits for a node that is gone, since it may come back. */
  isPending(): boolean {
    return this.#some((state) => !FINAL_STATES.includes(state))
  }

  get present(): boolean {
    return this.#some((state) => state === 'attached')
  }

  isDrained(): boolean {
    return !this.#some((state) => state !== 'finished')
  }

  /** Receivers report everything themselves. */
  refresh(): Promise<void> {
    return Promise.resolve()
  }

  /** A receiver that has stopped because of an error is not waited for. */
  get ackFloor(): number {
    const floors = [...this.#nodes.values()]
      .filter(({ state }) => state !== 'stopped')
      .map(({ ackFloor }) => ackFloor)
    return floors.length === 0 ? this.#start - 1 : Math.min(...floors)
  }

  summary(items: number): Record<string, ReceiverSummary> {
    return Object.fromEntries([...this.#nodes].map(([name, entry]) => [name, summarize(entry, items)]))
  }

  #some(matches: (state: ReceiverState) => boolean): boolean {
    return [...this.#nodes.values()].some(({ state }) => matches(state))
  }

  #entry(name: string): Entry {
    return (
      this.#nodes.get(name) ?? {
        incarnation: undefined,
        state: 'attached',
        progress: undefined,
        first: undefined,
        position: 0,
        ackFloor: this.#start - 1,
        failed: 0,
        lost: 0,
        attaches: 0,
        error: null,
      }
    )
  }
}

function summarize(entry: Entry, items: number): ReceiverSummary {
  const { state, progress, attaches, error, position, first = position } = entry
  const failed = entry.failed + (progress?.failed ?? 0)
  const discarded = entry.lost + (progress?.lost ?? 0)
  const attached = state === 'attached'
  const offered = entry.first === undefined ? 0 : Math.max(items, position) - first
  const undone = attached ? 0 : offered - (position - first)
  return {
    lane: 'jetstream',
    state,
    attaches,
    error,
    offered,
    processed: position - first - failed - discarded,
    dropped: 0,
    failed,
    lost: discarded + undone,
    latencyMs: progress?.latencyMs ?? null,
  }
}
