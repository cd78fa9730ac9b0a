import { isDeepStrictEqual } from 'node:util'

/** Whether a value has the expected form in JSON, where -0 is 0. */
export function isSameValue(actual: unknown, expected: unknown): boolean {
  return isDeepStrictEqual(withoutNegativeZero(actual), withoutNegativeZero(expected))
}

function withoutNegativeZero(value: unknown): unknown {
  if (value === 0) return 0
  if (Array.isArray(value)) return value.map(withoutNegativeZero)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutNegativeZero(part)]))
}
