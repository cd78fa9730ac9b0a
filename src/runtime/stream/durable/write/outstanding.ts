import { Wakeup } from '../../../core/deferred.js'
import { bounded } from '../../../core/timeout.js'

/** Longest wait for answers, which may have been lost. */
const WAIT_MS = 1000

/** The publications of one generation that the server has not answered. */
export class Outstanding {
  readonly #answered = new Wakeup()
  #generation = 0
  #count = 0

  add(generation: number): void {
    if (generation !== this.#generation) this.#count = 0
    this.#generation = generation
    this.#count++
  }

  onAnswer(generation: number): void {
    if (generation === this.#generation && --this.#count === 0) this.#answered.notify()
  }

  /** Notes that no more answers come, as the connection has broken. */
  clear(): void {
    this.#count = 0
    this.#answered.notify()
  }

  /** Resolves when everything is answered, be it by a refusal, so that nothing more is stored of it. */
  async answered(signal: AbortSignal): Promise<void> {
    if (this.#count <= 0) return
    const waiting = this.#answered.wait()
    await bounded(waiting, { timeoutMs: WAIT_MS, signal, what: 'waiting for answers' }).catch(() => undefined)
  }
}
