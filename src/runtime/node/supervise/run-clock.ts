import { deferred } from '../../core/deferred.js'

/**
 * The time limit of a run, as `--duration` sets it. `expired` resolves `durationMs` milliseconds after the first `start()`;
 * without a limit it never does.
 */
export class RunClock {
  readonly #expired = deferred()
  #timer: NodeJS.Timeout | undefined

  constructor(private readonly durationMs: number | undefined) {}

  get expired(): Promise<void> {
    return this.#expired.promise
  }

  start(): void {
    if (this.durationMs !== undefined)
      this.#timer ??= setTimeout(() => this.#expired.resolve(), this.durationMs)
  }

  cancel(): void {
    clearTimeout(this.#timer)
  }
}
