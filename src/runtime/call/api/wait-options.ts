import type { Duration } from '../../core/duration.js'

export interface WaitOptions {
  /**
   * How long to wait: seconds when it is a number, or text such as `500ms`. 0 is without limit.
   * @default 0
   */
  timeout?: Duration
  /** Ends the waiting when it aborts. */
  signal?: AbortSignal
}
