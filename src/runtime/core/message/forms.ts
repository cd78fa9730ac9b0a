import type { ErrorRecord } from '../errors.js'
import { isToken } from '../names.js'

/** Check of a value that came from outside. */
export type Check = (value: unknown) => boolean

/** Characters of a text that others may send: more than daffi's own errors have. */
const MAX_TEXT = 16 * 1024

export const isText: Check = (value) => typeof value === 'string' && value.length <= MAX_TEXT
export const isName: Check = (value) => typeof value === 'string' && isToken(value)
export const isBoolean: Check = (value) => typeof value === 'boolean'
export const isNumber: Check = (value) => typeof value === 'number'
/** Whether the value is a number of things: whole, not negative, and exact. */
export const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
/** Whether the value is a difference of such numbers, which may be negative for a moment. */
export const isWhole: Check = (value) => Number.isSafeInteger(value)
/** Whether the value is a time in milliseconds, or another measure that may have a fraction. */
export const isMeasure: Check = (value) => Number.isFinite(value) && (value as number) >= 0

/** Makes the check of a whole number within limits. */
export const isWithin =
  (min: number, max: number): Check =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max

export const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string)
export const orNull =
  (is: Check): Check =>
  (value) =>
    value === null || is(value)
export const orAbsent =
  (is: Check): Check =>
  (value) =>
    value === undefined || is(value)
export const listOf =
  (is: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(is)

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Makes the check of a map with any keys that pass one check, and values that pass another. */
export const recordOf =
  (isKey: Check, is: Check): Check =>
  (value) =>
    isMap(value) && Object.entries(value).every(([key, each]) => isKey(key) && is(each))

/** Makes the check of a map: every field of the type passes its own check. Fields that the type does not have are ignored. */
export function mapOf<T>(fields: { [K in keyof Required<T>]: Check }): (value: unknown) => value is T {
  const names = Object.keys(fields)
  const checks = Object.values<Check>(fields)
  return (value): value is T => {
    if (!isMap(value)) return false
    for (let index = 0; index < names.length; index++)
      if (!checks[index]?.(value[names[index] ?? ''])) return false
    return true
  }
}

/** Whether the value is an error as plain data. */
export const isErrorRecord = mapOf<ErrorRecord>({
  code: isText,
  message: isText,
  next: orAbsent(isText),
  details: orAbsent(isMap),
})
