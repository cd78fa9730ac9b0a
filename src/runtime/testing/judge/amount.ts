import type { Amount } from '../../pipeline/index.js'

/** Whether a number is as expected: that one, or one between the least and the greatest. */
export function isWithin(actual: number, expected: Amount): boolean {
  const { min = 0, max = Infinity } =
    typeof expected === 'number' ? { min: expected, max: expected } : expected
  return actual >= min && actual <= max
}
