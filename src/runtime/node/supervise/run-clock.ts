import { deferred } from '../../core/deferred.js'

/** The limit that `--duration` sets: `over` resolves so many milliseconds after the first `begin()`; without a limit, never. */
export class RunClock {
  readonly #over = deferred()
  #timer: NodeJS.Timeout | undefined

  constructor(private readonly durationMs: number | undefined) {}

  get over(): Promise<void> {
    return this.#over.promise
  }

  begin(): void {
    if (this.durationMs !== undefined) this.#timer ??= setTimeout(() => this.#over.resolve(), this.durationMs)
  }

  cancel(): void {
    clearTimeout(this.#timer)
  }
}
