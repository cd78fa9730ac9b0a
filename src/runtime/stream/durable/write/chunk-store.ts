import type { JetStreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { KIB, MIB } from '../../../core/bytes.js'
import { DaffiError } from '../../../core/errors.js'
import { payloadLimit } from '../../../nats/index.js'
import type { Chunk } from '../../common/write/batch.js'
import type { StoredCauses } from '../../../core/stream/cause.js'
import type { WriterState } from '../../common/write/writer-state.js'
import type { StreamMonitor } from '../../observe/stream-monitor.js'
import type { RecordHeader } from '../store/record-header.js'
import { Backlog, type KeptRecords } from './backlog.js'
import type { DurableReceivers } from './durable-receivers.js'
import type { StreamEpoch } from './epoch.js'
import type { Publisher } from './publisher.js'

/** Bytes of a message left for its headers. */
const HEADROOM = KIB
const NOTHING = new Uint8Array()

interface ChunkStoreOptions {
  nc: NatsConnection
  jsm: JetStreamManager
  publisher: Publisher
  epoch: StreamEpoch
  receivers: DurableReceivers
  monitor: StreamMonitor
  state: WriterState
  /** JetStream stream that keeps the items. */
  stream: string
  /** Bytes that it keeps at most. */
  limit: number
  /** Records that it keeps from before. */
  kept: KeptRecords
}

/**
 * Stores chunks: cuts them into parts, stores the parts in order, and waits rather than let retention discard what a
 * receiver needs.
 */
export class ChunkStore {
  readonly #options: ChunkStoreOptions
  readonly #backlog: Backlog
  readonly #partBytes: number
  /** Latest results that are stored, or on their way. */
  #causes: StoredCauses
  #storing: Promise<void> = Promise.resolve()

  constructor(options: ChunkStoreOptions) {
    this.#options = options
    const { nc, epoch, limit, kept } = options
    this.#partBytes = Math.min(MIB, payloadLimit(nc, HEADROOM))
    this.#backlog = new Backlog(limit)
    this.#causes = epoch.causes
    // A resumed epoch: everything stored may still be needed by some receiver.
    if (epoch.next > 0) this.#backlog.add(epoch.last, kept.bytes)
    else this.#backlog.addDone(kept)
  }

  /** Resolves when the next chunk may come. */
  send(chunk: Chunk): Promise<void> {
    this.#storing = this.#storing
      .then(() => this.#store(chunk))
      .catch((error: unknown) => this.#options.state.fail(error))
    return this.#storing
  }

  /** Resolves when all chunks have been given to the publisher. */
  async flush(): Promise<void> {
    await this.#storing
  }

  /** @returns the record's sequence */
  publish(header: WithoutEpoch<RecordHeader>, payload: Uint8Array = NOTHING): number {
    const { publisher, epoch } = this.#options
    const { id: run, writer, start } = epoch
    return publisher.publish({ run, writer, start, ...header }, payload)
  }

  async #store({ first, count, kind, bytes, time, origin, cause }: Chunk): Promise<void> {
    const { publisher, stream, limit, state, monitor } = this.#options
    const total = bytes.length
    if (!this.#backlog.canHold(Backlog.weight(total))) throw tooLarge(first, total, limit)
    for (let offset = 0; offset < total || offset === 0; offset += this.#partBytes) {
      const part = bytes.subarray(offset, offset + this.#partBytes)
      const weight = Backlog.weight(part.length)
      await publisher.room()
      await this.#retained(weight)
      if (state.signal.aborted) return
      const range = { first, count, kind, bytes: total, offset, time, ...(origin ? { origin } : {}) }
      const isLast = offset + part.length === total
      if (cause && isLast) this.#causes = { ...this.#causes, [cause.stream]: [cause.item, cause.result] }
      const causes = Object.keys(this.#causes).length === 0 ? {} : { causes: this.#causes }
      const header = { what: 'part', ...range, ...causes } as const
      const sequence = this.publish(header, part)
      this.#backlog.add(sequence, weight)
      this.#prune()
      const ref = [stream, sequence]
      monitor.onPart({ ...header, lane: 'jetstream', accepts: 0, length: part.length, ref })
    }
  }

  /** Waits until everything that would be discarded to make room has been processed by all. */
  async #retained(weight: number): Promise<void> {
    const { receivers, state } = this.#options
    this.#backlog.release(receivers.ackFloor)
    while (!this.#backlog.hasRoom(weight) && !state.signal.aborted) {
      await receivers.changed.wait()
      await receivers.refresh()
      this.#backlog.release(receivers.ackFloor)
    }
  }

  #prune(): void {
    const { jsm, stream } = this.#options
    const sequence = this.#backlog.prune()
    // Records that this does not discard, the server discards itself when the stream is full.
    if (sequence !== undefined) void jsm.streams.purge(stream, { seq: sequence }).catch(() => undefined)
  }
}

type WithoutEpoch<H> = H extends RecordHeader ? Omit<H, 'run' | 'writer' | 'start'> : never

function tooLarge(number: number, bytes: number, limit: number): DaffiError {
  return new DaffiError(
    'DAFFI_TOO_LARGE',
    `item ${number} has ${bytes} bytes; the stream's retention keeps ${limit} in all`,
    { next: 'Raise retention.bytes of the stream.' },
  )
}
