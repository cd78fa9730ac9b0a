import { DaffiError, toErrorRecord } from '../core/errors.js'
import { errorFields } from './error-fields.js'

/**
 * Converts a value that has arrived to what JSON (as `writeJson` writes it) and IPC can carry: an error becomes an object
 * `error`, a date its ISO text, bytes base64, another typed array and a Set an array, and a Map an object or, when not all of
 * its keys are text, an array of pairs. As in JSON, a field that is undefined is left out, and is null in an array. A BigInt
 * that a number can hold becomes one, so that a whole number has one form.
 */
export function toPlain(value: unknown): unknown {
  return plain(value) ?? null
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Error) return { error: plainError(value) }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString('base64')
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<unknown>, toPlain)
  if (value instanceof Set || Array.isArray(value)) return Array.from(value as Iterable<unknown>, toPlain)
  if (value instanceof Map) return plainMap(value)
  return plainRecord(Object.entries(value))
}

function plainMap(map: Map<unknown, unknown>): unknown {
  if ([...map.keys()].every((key) => typeof key === 'string'))
    return plainRecord([...map] as [string, unknown][])
  return Array.from(map, ([key, part]) => [toPlain(key), toPlain(part)])
}

function plainRecord(entries: readonly (readonly [string, unknown])[]): object {
  const parts = entries.map(([key, part]) => [key, plain(part)] as const)
  return Object.fromEntries(parts.filter(([, part]) => part !== undefined))
}

/** An error with its own fields, but for the stack, which names files of another machine and fills a screen. */
function plainError(error: Error): object {
  if (error instanceof DaffiError) return toErrorRecord(error)
  const { stack: _, ...fields } = errorFields(error)
  return plainRecord(Object.entries(fields))
}
