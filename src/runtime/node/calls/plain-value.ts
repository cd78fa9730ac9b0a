import { toErrorRecord } from '../../core/errors.js'

/**
 * Converts the result of a call to what JSON and IPC can carry: an error becomes its record, a BigInt text, bytes base64,
 * a Set an array, and a Map an object or, when not all of its keys are text, an array of pairs.
 */
export function toPlain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return null
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Error) return { error: toErrorRecord(value) }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<unknown>, toPlain)
  if (value instanceof Set) return Array.from(value, toPlain)
  if (Array.isArray(value)) return value.map(toPlain)
  if (value instanceof Map) return mapToPlain(value)
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toPlain(part)]))
}

function mapToPlain(map: Map<unknown, unknown>): unknown {
  const entries = [...map].map(([key, part]) => [toPlain(key), toPlain(part)] as const)
  return [...map.keys()].every((key) => typeof key === 'string') ? Object.fromEntries(entries) : entries
}
