import { backoffMs, type Backoff } from '../../core/backoff.js'

/** Jitter keeps cameras that one power cut took down from being asked again at the same moments. */
const RESTARTS: Backoff = { firstMs: 250, factor: 2, maxMs: 10_000, jitter: 0.2 }

/**
 * Milliseconds until a broken capture is restarted: 250, 500, 1000, … up to 10,000, each up to a fifth longer or shorter
 * by chance.
 * @param restarts since the capture was last healthy, this one not counted
 * @param chance from 0 to 1
 */
export function restartDelayMs(restarts: number, chance?: number): number {
  return backoffMs(RESTARTS, restarts, chance)
}
