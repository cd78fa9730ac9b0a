/** How the pauses between attempts grow. */
export interface Backoff {
  /** Milliseconds between the first failure and the next attempt. */
  firstMs: number
  /** Factor by which each pause is longer than the one before; 1 keeps it constant. */
  factor: number
  /** Longest pause in milliseconds, before jitter. @default Infinity */
  maxMs?: number
  /** Random deviation as a fraction of the pause, so that many clients do not retry at the same moment. @default 0 */
  jitter?: number
}

/**
 * Pause before the next attempt, in milliseconds.
 * @param failures consecutive failures before the latest one: 0 after the first failure
 * @param chance random number from 0 to 1, for the jitter
 */
export function backoffMs(
  { firstMs, factor, maxMs = Infinity, jitter = 0 }: Backoff,
  failures: number,
  chance = Math.random(),
): number {
  const pause = Math.min(maxMs, firstMs * factor ** failures)
  return Math.round(pause * (1 - jitter + 2 * jitter * chance))
}
