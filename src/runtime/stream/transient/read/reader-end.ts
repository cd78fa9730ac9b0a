import { deferred } from '../../../core/deferred.js'
import { sleep } from '../../../core/timer.js'
import type { End } from '../../protocol/messages.js'

/** Time in which a writer says how much it has given a receiver that leaves. */
const ANSWER_MS = 2000

/** End of a stream for one receiver: with the stream, or with what it has been given of a lossless one that it leaves. */
export class ReaderEnd {
  readonly #answered = deferred()
  #end: End | undefined
  #given: number | undefined
  #isLeaving = false

  onEnd(end: End): void {
    this.#end = end
    this.#answered.resolve()
  }

  /** Notes what the writer has given the receiver, which is all that it gets if it leaves. */
  onGiven(given: number | undefined): void {
    if (!this.#isLeaving || given === undefined) return
    this.#given = given
    this.#answered.resolve()
  }

  get isLeaving(): boolean {
    return this.#isLeaving
  }

  get isKnown(): boolean {
    return this.#end !== undefined || this.#given !== undefined
  }

  /** Number after the receiver's last item, once it is known. @param attach of its session */
  count(attach = 0): number {
    const { shares, count = 0 } = this.#end ?? {}
    return this.#given ?? (shares ? (shares[attach] ?? 0) : count)
  }

  /**
   * Asks for no more items, and resolves when the reader is through with those that it has been given; soon when no writer answers.
   * @param reading gives what resolves when it is; undefined while it has not begun
   */
  async leave(report: () => void, reading: () => Promise<void> | undefined): Promise<void> {
    this.#isLeaving = true
    report()
    const abort = new AbortController()
    const timeout = sleep(ANSWER_MS, abort.signal).catch(() => undefined)
    const begun = reading()
    await Promise.race([this.#answered.promise, timeout, ...(begun ? [begun] : [])])
    abort.abort()
    if (this.isKnown) await reading()
  }
}
