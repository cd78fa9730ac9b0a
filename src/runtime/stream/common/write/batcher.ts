import type { EncodedItem } from '../../../codec/index.js'
import type { Wakeup } from '../../../core/deferred.js'
import type { Cause } from '../../../core/stream/cause.js'
import type { Origin } from '../../../core/stream/origin.js'
import type { Batching } from '../../../core/stream/stream-options.js'
import type { ItemKey } from '../../protocol/messages.js'
import { Batch, type ChunkOutput } from './batch.js'

/** Batching of a shared stream, in which each item goes to a receiver of its own. */
export const ONE_BY_ONE: Batching = { bytes: 0, lingerMs: 0 }

interface BatcherOptions {
  batch: Batching
  output: ChunkOutput
  /** Notified by the output when nothing is on its way any more, and by the batcher when a batch has lingered. */
  idle: Wakeup
  /** Once it aborts, no batch is sent unless `flush` is called. */
  signal: AbortSignal
}

/**
 * Packs small items together. A batch grows until the source pauses, and beyond that while an earlier one is on its
 * way, though not for longer than it may linger: at low rates nothing waits.
 */
export class Batcher {
  readonly #options: BatcherOptions
  readonly #batch: Batch
  #linger: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: BatcherOptions) {
    this.#options = options
    this.#batch = new Batch(options.batch.bytes)
    void this.#sendWhenIdle()
  }

  get empty(): boolean {
    return this.#batch.empty
  }

  /** Bytes of the open batch. */
  get bytes(): number {
    return this.#batch.bytes
  }

  /** Number of the open batch's first item; only when not empty. */
  get first(): number {
    return this.#batch.first
  }

  /** Whether the item can be batched: a value can, and so can bytes if a batch has room for two of them. */
  accepts({ kind, bytes }: EncodedItem): boolean {
    if (kind === undefined) return true
    // Observers look at frames, which must not be hidden in a batch.
    return kind[0] !== 'frame' && 2 * bytes.length <= this.#options.batch.bytes
  }

  /**
   * Adds a copy of the item.
   * @returns a promise that the source must wait for, if any
   */
  add(
    number: number,
    item: EncodedItem,
    time: number,
    origin?: Origin,
    cause?: Cause,
    key?: ItemKey,
  ): Promise<void> | undefined {
    const opened = this.#batch.empty
    this.#batch.add(number, item, time, origin, cause, key)
    if (this.#batch.full) return this.flush()
    if (opened) setImmediate(() => this.#sendUnlessBusy())
    return undefined
  }

  /** Adds a small integer to a batch that is not empty. False: the item must be encoded and added by `add`. */
  addInteger(item: unknown, origin?: Origin, cause?: Cause): boolean {
    return this.#batch.addInteger(item, origin, cause)
  }

  get full(): boolean {
    return this.#batch.full
  }

  /** Sends the open batch. @returns a promise that the source must wait for, if any */
  flush(): Promise<void> | undefined {
    return this.#batch.empty ? undefined : this.#options.output.send(this.#batch.take())
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#linger)
    this.#options.idle.notify()
  }

  #sendUnlessBusy(): void {
    const { output, idle, signal, batch } = this.#options
    if (this.#batch.empty || signal.aborted) return
    if (!output.busy) void this.flush()
    // One timer for all batches: it is not stopped when a batch is sent, and is restarted for the next that must wait.
    else if (this.#linger) this.#linger.refresh()
    else this.#linger = setTimeout(() => idle.notify(), batch.lingerMs)
  }

  async #sendWhenIdle(): Promise<void> {
    const { idle, signal } = this.#options
    while (!this.#closed && !signal.aborted) {
      await idle.wait()
      // Awaited, so that what cannot be sent yet grows to a full batch, which the source waits for.
      await this.flush()
      this.#sendUnlessBusy()
    }
  }
}
