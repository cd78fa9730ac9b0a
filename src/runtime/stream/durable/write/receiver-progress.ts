import { Wakeup } from '../../../core/deferred.js'
import type { ErrorRecord } from '../../../core/errors.js'
import type { ReceiverState, ReceiverSummary } from '../../../core/summary.js'
import type { Peer } from '../../protocol/ports.js'
import type { DurableProgress } from '../../protocol/durable-messages.js'

/** What the writer knows of one receiving node, over all of the node's own runs. */
interface Entry {
  incarnation: string | undefined
  state: ReceiverState
  /** The present run's own word. */
  progress: DurableProgress | undefined
  first: number | undefined
  position: number
  floor: number
  /** Of the node's runs before the present one. */
  failed: number
  lost: number
  attaches: number
  error: ErrorRecord | null
}

/** What the writer of a durable stream knows of those who receive it. */
export interface Ledger {
  /** Notified when a receiver has said something, or is gone. */
  readonly changed: Wakeup
  invite(peer: Peer): void
  report(progress: DurableProgress): void
  depart(peer: Peer, how: 'left' | 'died'): void
  /** Incarnations that are there and have not answered. */
  absent(): string[]
  /** Whether somebody who is there is not through. */
  readonly present: boolean
  /** Sequence up to which all is done, and may be discarded. */
  readonly floor: number
  /** Learns from the server what receivers do not say themselves. */
  look(): Promise<void>
  /** Whether somebody is waited for, who may be away, when all is stored up to that sequence. */
  pending(last: number): boolean
  /** Whether all that is stored up to that sequence is done. */
  through(last: number): boolean
  summary(items: number): Record<string, ReceiverSummary>
}

const OVER: ReceiverState[] = ['finished', 'stopped']

/** The writer's ledger of a durable stream's receivers, which are waited for when they die or leave. */
export class DurableLedger implements Ledger {
  readonly changed = new Wakeup()
  readonly #nodes = new Map<string, Entry>()
  readonly #start: number

  /** @param start sequence of the run's first message */
  constructor(start: number) {
    this.#start = start
  }

  /** A node that had a place in the run before this session. */
  expect(node: string, floor: number): void {
    this.#nodes.set(node, { ...this.#entry(node), state: 'died', floor: Math.max(floor, this.#start - 1) })
  }

  invite({ name, incarnation }: Peer): void {
    const entry = this.#entry(name)
    if (entry.incarnation === incarnation) return
    this.#retire(entry)
    entry.incarnation = incarnation
    entry.state = 'attached'
    entry.error = null
    this.#nodes.set(name, entry)
  }

  report(progress: DurableProgress): void {
    const entry = this.#nodes.get(progress.node)
    if (entry?.incarnation !== progress.incarnation) return
    if (!entry.progress) entry.attaches++
    entry.progress = progress
    entry.first ??= progress.first
    entry.position = progress.position
    entry.floor = Math.max(entry.floor, progress.floor)
    entry.state = progress.state
    entry.error = progress.error
    this.changed.notify()
  }

  depart({ name, incarnation }: Peer, how: 'left' | 'died'): void {
    const entry = this.#nodes.get(name)
    if (entry?.incarnation !== incarnation || OVER.includes(entry.state)) return
    entry.state = how
    this.changed.notify()
  }

  absent(): string[] {
    return [...this.#nodes.values()].flatMap(({ state, progress, incarnation }) =>
      state === 'attached' && !progress && incarnation !== undefined ? [incarnation] : [],
    )
  }

  /** Those who are gone are waited for: they may come back. */
  pending(): boolean {
    return this.#some((state) => !OVER.includes(state))
  }

  get present(): boolean {
    return this.#some((state) => state === 'attached')
  }

  through(): boolean {
    return !this.#some((state) => state !== 'finished')
  }

  /** Receivers say everything themselves. */
  look(): Promise<void> {
    return Promise.resolve()
  }

  /** Sequence up to which all have acknowledged; those who gave up hold nobody back. */
  get floor(): number {
    const floors = [...this.#nodes.values()]
      .filter(({ state }) => state !== 'stopped')
      .map(({ floor }) => floor)
    return floors.length === 0 ? this.#start - 1 : Math.min(...floors)
  }

  summary(items: number): Record<string, ReceiverSummary> {
    return Object.fromEntries([...this.#nodes].map(([name, entry]) => [name, summarize(entry, items)]))
  }

  #some(matches: (state: ReceiverState) => boolean): boolean {
    return [...this.#nodes.values()].some(({ state }) => matches(state))
  }

  #retire(entry: Entry): void {
    entry.failed += entry.progress?.failed ?? 0
    entry.lost += entry.progress?.lost ?? 0
    entry.progress = undefined
  }

  #entry(name: string): Entry {
    return (
      this.#nodes.get(name) ?? {
        incarnation: undefined,
        state: 'attached',
        progress: undefined,
        first: undefined,
        position: 0,
        floor: this.#start - 1,
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
  const ahead = attached ? 0 : offered - (position - first)
  return {
    lane: 'jetstream',
    state,
    attaches,
    error,
    offered,
    processed: position - first - failed - discarded,
    dropped: 0,
    failed,
    lost: discarded + ahead,
    latencyMs: progress?.latencyMs ?? null,
  }
}
