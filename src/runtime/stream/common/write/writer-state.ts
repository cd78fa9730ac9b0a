import type { Wakeup } from '../../../core/deferred.js'
import { toErrorRecord } from '../../../core/errors.js'
import { originOf } from '../../../core/plan/call-origin.js'
import type { ReceiverSummary, StreamSummary } from '../../../core/plan/summary.js'
import type { StreamContext } from '../../protocol/ports.js'

/** The writer's account of its receivers. */
export interface ReceiverAccounts {
  /** Notified when a receiver has reported, or is gone. */
  readonly changed: Wakeup
  /** @param items number of items that the source has yielded */
  summary(items: number): Record<string, ReceiverSummary>
}

/** State of a stream at its writer: what the source has yielded, and whether and why the stream was cut off. */
export class WriterState {
  /** Number of the next item: of those that the source has yielded, and those of earlier sessions that it goes on after. */
  items = 0
  /** Bytes of those items. */
  bytes = 0
  /** Whether the source gives no more items. */
  sourceEnded = false
  /** Whether the end of the stream was published. */
  ended = false
  /** Whether the source was stopped before its end, so that a durable stream stays unfinished. */
  interrupted = false
  readonly #context: StreamContext
  readonly #receivers: ReceiverAccounts
  readonly #abort = new AbortController()
  /** Time of the first item, by `performance.now()`. */
  #started: number | undefined
  #failure: unknown
  /** Items of earlier sessions, which this source does not yield. */
  #before = 0

  constructor(context: StreamContext, receivers: ReceiverAccounts) {
    this.#context = context
    this.#receivers = receivers
  }

  /** Aborts when the stream is cut off. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** First error of the source or the stream. */
  get failure(): unknown {
    return this.#failure
  }

  /** Keeps the source's error: the stream ends, but is not cut off. */
  onSourceFailure(error: unknown): void {
    this.#failure ??= error
  }

  /** Cuts the stream off. */
  fail(error: unknown): void {
    this.#failure ??= error
    this.#abort.abort(error)
    this.#receivers.changed.notify()
  }

  /** Begins after items of earlier sessions. */
  resume(next: number): void {
    this.items = next
    this.#before = next
  }

  /** Marks the time of the first item. */
  start(): void {
    if (this.#started !== undefined) return
    this.#started = performance.now()
    this.#context.options.onProgress?.(this.summary())
  }

  summary(): StreamSummary {
    const { options, ports } = this.#context
    const seconds = this.#started === undefined ? 0 : (performance.now() - this.#started) / 1000
    return {
      ...originOf(options),
      from: ports.self.name,
      delivery: options.delivery,
      items: this.items - this.#before,
      bytes: this.bytes,
      seconds: Number(seconds.toFixed(3)),
      error: this.#failure === undefined ? null : toErrorRecord(this.#failure),
      receivers: this.#receivers.summary(this.items),
    }
  }
}
