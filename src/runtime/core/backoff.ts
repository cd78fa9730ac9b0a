export interface Backoff {
  /** Milliseconds before the first attempt that follows a failure. */
  firstMs: number
  /** Multiplies the pause from one attempt to the next; 1 keeps it even. */
  factor: number
  /** Milliseconds that no pause exceeds. @default Infinity */
  maxMs?: number
  /** Share by which a pause is longer or shorter by chance, so that many do not try at the same moment. @default 0 */
  jitter?: number
}

/**
 * Pause before the next attempt, in milliseconds.
 * @param failures failures in a row before the one that has just happened, so 0 after the first
 * @param chance from 0 to 1, for the jitter
 */
export function backoffMs(
  { firstMs, factor, maxMs = Infinity, jitter = 0 }: Backoff,
  failures: number,
  chance = Math.random(),
): number {
  const pause = Math.min(maxMs, firstMs * factor ** failures)
  return Math.round(pause * (1 - jitter + 2 * jitter * chance))
}
