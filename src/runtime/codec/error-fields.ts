import { readThrown } from '../core/thrown/read-thrown.js'
import { badMessage } from './bad-message.js'

/** Fields of errors that are not enumerable, and are sent where they are. */
const HIDDEN = ['stack', 'cause', 'errors'] as const

/** The fields of an error that are sent: what every error has, and the error's own. */
export function errorFields(error: Error): Record<string, unknown> {
  const fields: Record<string, unknown> = {
    name: error.name,
    message: error.message,
    ...(error as object),
  }
  for (const key of HIDDEN) {
    // What makes stacks may be broken, which is no fault of the value.
    const value: unknown =
      key === 'stack' ? readThrown(error).stack : (error as unknown as Record<string, unknown>)[key]
    if (value !== undefined) fields[key] = value
  }
  return fields
}

/** An error with these fields. @throws DaffiError DAFFI_BAD_MESSAGE */
export function toError(value: unknown): Error {
  if (typeof value !== 'object' || value === null) throw badMessage('an error')
  const { name, message, stack, ...others } = value as Record<string, unknown>
  if (typeof name !== 'string' || typeof message !== 'string') throw badMessage('an error')
  if (stack !== undefined && typeof stack !== 'string') throw badMessage('an error')
  const error = new Error(message)
  define(error, 'name', name, false)
  error.stack = stack ?? `${name}: ${message}`
  for (const [key, field] of Object.entries(others))
    define(error, key, field, !HIDDEN.some((hidden) => hidden === key))
  return error
}

/** Defines a field, whatever its key: an assignment of `__proto__` would give the error another class. */
function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, enumerable, configurable: true, writable: true })
}
