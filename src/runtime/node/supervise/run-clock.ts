import { deferred } from '../../core/deferred.js'
import { startTimer, type Timer } from '../../core/timer.js'

/**
 * The time limit of a run, as `--duration` sets it. `expired` resolves `durationMs` milliseconds after the first `start()`;
 * without a limit it never does.
 */
export class RunClock {
  readonly #expired = deferred()
  #timer: Timer | undefined

  constructor(private readonly durationMs: number | undefined) {}

  get expired(): Promise<void> {
    return this.#expired.promise
  }

  start(): void {
    if (this.durationMs !== undefined)
      this.#timer ??= startTimer(this.durationMs, () => this.#expired.resolve())
  }

  cancel(): void {
    this.#timer?.cancel()
  }
}
