import { DaffiError } from '../errors.js'

/** A limit of how often something may begin, written as `10/s`, `100/m`, `5000/h`, `1/d`: at most so many in any span of so many milliseconds. */
export interface Rate {
  limit: number
  perMs: number
}

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
/** Number of beginnings that are remembered, of each key; the advice of DAFFI_BAD_RATE names it. */
const MAX_LIMIT = 100_000

const RATE = /^(\d{1,6})\s*\/\s*([smhd])$/

/** Checks a limit; undefined for a text that is none. */
export function rateOf(text: unknown): Rate | undefined {
  const [, digits, unit = ''] = typeof text === 'string' ? (RATE.exec(text.trim()) ?? []) : []
  const limit = Number(digits ?? NaN)
  const perMs = UNITS[unit]
  return limit >= 1 && limit <= MAX_LIMIT && perMs !== undefined ? { limit, perMs } : undefined
}

/**
 * Parses a limit.
 * @param what name of the option, for the error message
 * @throws DaffiError DAFFI_BAD_RATE, whose advice shows the accepted forms
 */
export function parseRate(text: unknown, what = 'rate'): Rate {
  const rate = rateOf(text)
  if (rate) return rate
  throw new DaffiError('DAFFI_BAD_RATE', `${what}: ${JSON.stringify(text)} is not a rate`)
}

/** The limit as text: `10/s`. */
export function formatRate({ limit, perMs }: Rate): string {
  const unit = Object.keys(UNITS).find((name) => UNITS[name] === perMs) ?? ''
  return `${limit}/${unit}`
}
