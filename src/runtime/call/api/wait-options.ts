import type { Duration } from '../../core/duration.js'

/** Limits of a wait. */
export interface WaitOptions {
  /**
   * Longest wait: seconds when it is a number, or text such as `500ms`. 0 means no limit.
   * @default 0
   */
  timeout?: Duration
  /** Ends the wait when it aborts. @default none */
  signal?: AbortSignal
}
