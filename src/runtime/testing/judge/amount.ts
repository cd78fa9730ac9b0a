import type { Amount } from '../../pipeline/index.js'

/** The least and the greatest number that are expected. */
export function boundsOf(expected: Amount): { min: number; max: number } {
  if (typeof expected === 'number') return { min: expected, max: expected }
  const { min = 0, max = Infinity } = expected
  return { min, max }
}

/** Whether a number is as expected. */
export function isWithin(actual: number, expected: Amount): boolean {
  const { min, max } = boundsOf(expected)
  return actual >= min && actual <= max
}
