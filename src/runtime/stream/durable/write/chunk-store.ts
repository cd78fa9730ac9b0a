import { DaffiError } from '../../../core/errors.js'
import type { Chunk } from '../../common/write/batch.js'
import type { Part } from '../../protocol/messages.js'
import { Backlog, type Kept } from './backlog.js'
import type { Ledger } from './receiver-progress.js'
import type { Mark } from '../store/record-header.js'
import type { Publisher } from './publisher.js'
import type { DurableRun } from './epoch.js'

const MIB = 1024 * 1024
/** Room in a message for its headers. */
const HEADROOM = 1024
const NOTHING = new Uint8Array()

interface ChunkStoreOptions {
  publisher: Publisher
  run: DurableRun
  ledger: Ledger
  /** JetStream stream that keeps the items. */
  stream: string
  /** Bytes that it keeps at most. */
  limit: number
  /** What it keeps from before. */
  kept: Kept
  /** Discards what was stored before that sequence. */
  prune: (sequence: number) => void
  /** The most bytes of a message; undefined when the server has not said it. */
  maxPayload: number | undefined
  /** Hears of each part that was given to the server. */
  onPart: (part: Part) => void
  signal: AbortSignal
  onFailure: (error: unknown) => void
}

/** Chunks into parts, and parts into a stream on disk, in order, and never so many that retention would discard what somebody needs. */
export class ChunkStore {
  readonly #options: ChunkStoreOptions
  readonly #backlog: Backlog
  readonly #partBytes: number
  #storing: Promise<void> = Promise.resolve()

  constructor(options: ChunkStoreOptions) {
    this.#options = options
    const { run, limit, kept, maxPayload } = options
    this.#partBytes = Math.min(MIB, (maxPayload ?? MIB) - HEADROOM)
    this.#backlog = new Backlog(limit)
    // Of a run that is gone on with somebody may need all that there is.
    if (run.next > 0) this.#backlog.add(run.last, kept.bytes)
    else this.#backlog.addDone(kept)
  }

  /** Resolves when the next chunk may come. */
  send(chunk: Chunk): Promise<void> {
    this.#storing = this.#storing.then(() => this.#store(chunk)).catch(this.#options.onFailure)
    return this.#storing
  }

  /** Resolves when all chunks have been given to the server. */
  async flush(): Promise<void> {
    await this.#storing
  }

  /** @returns the message's sequence */
  publish(mark: Unsigned<Mark>, payload: Uint8Array = NOTHING): number {
    const { publisher, run } = this.#options
    const { run: name, writer, start } = run
    return publisher.publish({ run: name, writer, start, ...mark }, payload)
  }

  async #store({ first, count, kind, bytes, time }: Chunk): Promise<void> {
    const { publisher, stream, limit, prune, signal, onPart } = this.#options
    const total = bytes.length
    if (!this.#backlog.canHold(Backlog.cost(total))) throw tooLarge(first, total, limit)
    for (let offset = 0; offset < total || offset === 0; offset += this.#partBytes) {
      const part = bytes.subarray(offset, offset + this.#partBytes)
      const cost = Backlog.cost(part.length)
      await publisher.room()
      await this.#retained(cost)
      if (signal.aborted) return
      const place = { what: 'part', first, count, kind, bytes: total, offset, time } as const
      const sequence = this.publish(place, part)
      this.#backlog.add(sequence, cost)
      const done = this.#backlog.prune()
      if (done !== undefined) prune(done)
      onPart({ ...place, lane: 'jetstream', length: part.length, ref: [stream, sequence] })
    }
  }

  /** Waits until what would be discarded to make room has been processed by all. */
  async #retained(cost: number): Promise<void> {
    const { ledger, signal } = this.#options
    this.#backlog.release(ledger.floor)
    while (!this.#backlog.hasRoom(cost) && !signal.aborted) {
      await ledger.changed.wait()
      await ledger.look()
      this.#backlog.release(ledger.floor)
    }
  }
}

type Unsigned<M> = M extends Mark ? Omit<M, 'run' | 'writer' | 'start'> : never

function tooLarge(number: number, bytes: number, limit: number): DaffiError {
  return new DaffiError(
    'DAFFI_TOO_LARGE',
    `item ${number} has ${bytes} bytes; the stream's retention keeps ${limit} in all`,
    { next: 'Raise retention.bytes of the stream.' },
  )
}
