import type { ReceiverSummary } from '../../../core/plan/summary.js'
import type { DurableProgress } from '../../protocol/durable-messages.js'
import { DurableReceivers } from './durable-receivers.js'
import { ReceiverRecord } from './receiver-record.js'

/** Place of a receiver: the sequence up to which it has acknowledged everything, and the number of its next item. */
export interface ReceiverPlace {
  ackFloor: number
  position: number
}

/** Record of a receiver that gets everything, from its place on. */
class PlacedReceiver extends ReceiverRecord {
  /** Undefined for a node of which nothing is known yet. */
  place: ReceiverPlace | undefined
  /** Number of the first item that it was given in this session, or should have been. */
  first: number | undefined
  /** Items that were discarded while it was away. */
  missed = 0
}

/** Receivers of a durable stream that each get everything. The writer waits for those that die or leave. */
export class ReceiverProgressTable extends DurableReceivers<PlacedReceiver> {
  readonly #start: number

  /** @param start sequence of the epoch's first record */
  constructor(start: number) {
    super()
    this.#start = start
  }

  /** Adds a node that has a consumer of the epoch from an earlier session. */
  expect(node: string, { ackFloor, position }: ReceiverPlace): void {
    const record = this.record(node)
    record.state = 'died'
    record.place = { ackFloor: Math.max(ackFloor, this.#start - 1), position }
  }

  /** The writer waits for a node that is gone, since it may come back. */
  isPending(): boolean {
    return this.records.some(({ isOver }) => !isOver)
  }

  isDrained(): boolean {
    return this.records.every(({ state }) => state === 'finished')
  }

  /** Receivers report everything themselves. */
  refresh(): Promise<void> {
    return Promise.resolve()
  }

  /** A receiver whose callback has failed for good is not waited for. */
  get ackFloor(): number {
    const floors = this.records
      .filter(({ state }) => state !== 'stopped')
      .map(({ place }) => place?.ackFloor ?? this.#start - 1)
    return floors.length === 0 ? this.#start - 1 : Math.min(...floors)
  }

  summary(items: number): Record<string, ReceiverSummary> {
    return Object.fromEntries(this.records.map((record) => [record.name, summarize(record, items)]))
  }

  protected create(name: string): PlacedReceiver {
    return new PlacedReceiver(name)
  }

  protected onReport(record: PlacedReceiver, progress: DurableProgress, isFirst: boolean): void {
    if (isFirst) settleIn(record, progress)
    record.place = {
      ackFloor: Math.max(record.place?.ackFloor ?? 0, progress.floor),
      position: progress.position,
    }
  }

  protected onDepart(): void {
    // It is waited for; its consumer keeps its place.
  }
}

/** Counts what was discarded between a receiver's place and the first item that it is given now. */
function settleIn(record: PlacedReceiver, { first, kept = 0 }: DurableProgress): void {
  const { place } = record
  // When everything after its place is kept, it has processed the items in between, and ended before it could say so.
  const missed = place && kept > place.ackFloor + 1 ? Math.max(0, first - place.position) : 0
  record.missed += missed
  record.first ??= first - missed
}

function summarize(record: PlacedReceiver, items: number): ReceiverSummary {
  const { state, attaches, error, place, latest, first } = record
  const position = place?.position ?? 0
  const { failed, lost, unmatched } = record.counts
  const discarded = lost + record.missed
  // What one that is away has not had is kept for it, and offered when it is back.
  const isAway = state === 'died' || state === 'left'
  const offered = first === undefined ? 0 : (isAway ? position : Math.max(items, position)) - first
  const done = first === undefined ? 0 : position - first
  const undone = state === 'attached' ? 0 : offered - done
  return {
    lane: 'jetstream',
    state,
    attaches,
    error,
    offered,
    processed: done - failed - (unmatched ?? 0) - discarded,
    dropped: 0,
    failed,
    ...(unmatched === undefined ? {} : { unmatched }),
    lost: discarded + undone,
    latencyMs: latest?.latencyMs ?? null,
  }
}
