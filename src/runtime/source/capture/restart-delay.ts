const FIRST_MS = 250
const GROWTH = 2
const MOST_MS = 10_000
/** So that cameras which a power cut has taken down together are not all asked at the same moments. */
const JITTER = 0.2

/**
 * The pause before a broken capture is started again, in milliseconds: 250, 500, 1000, … up to 10,000, each a fifth
 * longer or shorter by chance.
 * @param inRow restarts since the capture was last healthy, this one not counted
 * @param chance from 0 to 1
 */
export function restartDelay(inRow: number, chance = Math.random()): number {
  const base = Math.min(MOST_MS, FIRST_MS * GROWTH ** inRow)
  return Math.round(base * (1 - JITTER + 2 * JITTER * chance))
}
