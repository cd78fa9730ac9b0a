import type { EncodedItem } from '../../../codec/index.js'
import { Wakeup } from '../../../core/deferred.js'
import type { Batching } from '../../../core/plan.js'
import { Batch, type Chunk } from './batch.js'

/** Where each item is to go its own way. */
export const ONE_BY_ONE: Batching = { bytes: 0, lingerMs: 0 }

interface PackerOptions {
  batch: Batching
  /** Whether something sent earlier is under way. */
  busy: () => boolean
  /** Resolves when the next chunk may come. */
  send: (chunk: Chunk) => Promise<void>
  /** No batch is sent of itself after that. */
  signal: AbortSignal
}

/**
 * Packs small items together. A batch grows until the source pauses, and on while an earlier one is under way, though
 * not for longer than it may linger: at low rates nothing waits.
 */
export class Packer {
  /** Notified when what is open should go out: nothing is under way any more, or it has lingered. */
  readonly due = new Wakeup()
  readonly #options: PackerOptions
  readonly #batch: Batch
  #linger: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: PackerOptions) {
    this.#options = options
    this.#batch = new Batch(options.batch.bytes)
    void this.#sendWhenDue()
  }

  get empty(): boolean {
    return this.#batch.empty
  }

  /** Bytes of the values so far. */
  get bytes(): number {
    return this.#batch.bytes
  }

  /** Number of the first value; only when not empty. */
  get first(): number {
    return this.#batch.first
  }

  /** Whether the item travels with others: a value does, and so do bytes of which two fill no more than a batch. */
  takes({ kind, bytes }: EncodedItem): boolean {
    if (kind === undefined) return true
    // Observers of a stream look at frames, which must not hide among others.
    return kind[0] !== 'frame' && 2 * bytes.length <= this.#options.batch.bytes
  }

  /**
   * A copy of the item.
   * @returns what the source must wait for, if anything
   */
  add(number: number, item: EncodedItem, time: number): Promise<void> | undefined {
    const opened = this.#batch.empty
    this.#batch.add(number, item, time)
    if (this.#batch.full) return this.flush()
    if (opened) setImmediate(() => this.#sendUnlessBusy())
    return undefined
  }

  /** False when there is no batch yet, or the item is no small integer: then it is to be encoded and added. */
  addInteger(item: unknown): boolean {
    return this.#batch.addInteger(item)
  }

  get full(): boolean {
    return this.#batch.full
  }

  /** Sends what is there. @returns what the source must wait for, if anything */
  flush(): Promise<void> | undefined {
    return this.#batch.empty ? undefined : this.#options.send(this.#batch.take())
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#linger)
    this.due.notify()
  }

  #sendUnlessBusy(): void {
    const { busy, signal, batch } = this.#options
    if (this.#batch.empty || signal.aborted) return
    if (!busy()) void this.flush()
    // One timer for all batches: it runs on from one that has gone, and is set anew by the next that has to wait.
    else if (this.#linger) this.#linger.refresh()
    else this.#linger = setTimeout(() => this.due.notify(), batch.lingerMs)
  }

  async #sendWhenDue(): Promise<void> {
    const { signal } = this.#options
    while (!this.#closed && !signal.aborted) {
      await this.due.wait()
      // Awaited, so that what cannot go out yet grows to a full batch, which the source waits for.
      await this.flush()
      this.#sendUnlessBusy()
    }
  }
}
