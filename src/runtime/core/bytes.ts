import { DaffiError } from './errors.js'

/** A number of bytes, or text such as `512 KiB`, `64 MiB`, `1.5 GiB`. */
export type Bytes = number | string

const UNITS: Record<string, number> = {
  '': 1,
  b: 1,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
}

const SIZE = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/

/**
 * A size in bytes.
 * @throws DaffiError DAFFI_BAD_SIZE, showing the accepted forms
 */
export function parseBytes(value: Bytes, what = 'size'): number {
  const [, digits, unit = ''] = SIZE.exec(String(value).trim().toLowerCase()) ?? []
  const factor = UNITS[unit]
  const bytes = digits === undefined || factor === undefined ? NaN : Number(digits) * factor
  if (!Number.isSafeInteger(Math.round(bytes))) {
    throw new DaffiError(
      'DAFFI_BAD_SIZE',
      `${what}: ${JSON.stringify(value)} is not a size; write a number of bytes, or text such as 512 KiB, 64 MiB, 1.5 GiB`,
    )
  }
  return Math.round(bytes)
}
