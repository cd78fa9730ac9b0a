import { Written } from './extensions.js'

/** Parts of an array or object that are looked at, and values within values. */
const MAX_PARTS = 16
const MAX_DEPTH = 3

/** Bytes of the binary parts that are easily found in a prepared value: arguments, and fields of a frame. No accessor is run. */
export function binaryBytes(prepared: unknown, depth = 0): number {
  if (typeof prepared !== 'object' || prepared === null || depth > MAX_DEPTH) return 0
  if (prepared instanceof Uint8Array)
    return Number.isSafeInteger(prepared.byteLength) ? prepared.byteLength : 0
  if (prepared instanceof Written) return prepared.bytes
  let bytes = 0
  for (const part of partsOf(prepared)) bytes += binaryBytes(part, depth + 1)
  return bytes
}

function partsOf(prepared: object): unknown[] {
  if (Array.isArray(prepared)) return prepared.slice(0, MAX_PARTS)
  if (prepared instanceof Map) return prepared.size > MAX_PARTS ? [] : [...prepared.values()]
  const keys = Object.keys(prepared).slice(0, MAX_PARTS)
  return keys.map((key): unknown => Object.getOwnPropertyDescriptor(prepared, key)?.value)
}
