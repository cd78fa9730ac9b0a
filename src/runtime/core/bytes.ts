import { DaffiError } from './errors.js'

/** A number of bytes, or text such as `512 KiB`, `64 MiB`, `1.5 GiB`. */
export type Bytes = number | string

export const KIB = 1024
export const MIB = 1024 * KIB
export const GIB = 1024 * MIB

const UNITS: Record<string, number> = {
  '': 1,
  b: 1,
  kib: KIB,
  mib: MIB,
  gib: GIB,
  tib: 1024 * GIB,
}

const SIZE = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/

/**
 * Parses a size, and gives whole bytes.
 * @param what name of the option, for the error message
 * @throws DaffiError DAFFI_BAD_SIZE, whose advice shows the accepted forms
 */
export function parseBytes(value: Bytes, what = 'size'): number {
  const [, digits, unit = ''] = SIZE.exec(String(value).trim().toLowerCase()) ?? []
  const factor = UNITS[unit]
  const bytes = digits === undefined || factor === undefined ? NaN : Number(digits) * factor
  if (!Number.isSafeInteger(Math.round(bytes))) {
    const shown = typeof value === 'number' ? value : JSON.stringify(value)
    throw new DaffiError('DAFFI_BAD_SIZE', `${what}: ${shown} is not a size`)
  }
  return Math.round(bytes)
}

/** A size for people: `512 KiB`, `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  for (const [unit, factor] of [
    ['GiB', GIB],
    ['MiB', MIB],
    ['KiB', KIB],
  ] as const)
    if (bytes >= factor) return `${Number((bytes / factor).toFixed(1))} ${unit}`
  return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`
}
