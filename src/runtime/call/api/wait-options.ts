import type { Duration } from '../../core/duration.js'

export interface WaitOptions {
  /** Without limit by default. */
  timeout?: Duration
  signal?: AbortSignal
}
