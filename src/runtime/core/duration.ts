import { DaffiError } from './errors.js'

/** A number of **seconds**, or text such as `500ms`, `5s`, `1m24s`, `1.2 minutes`. Text without a unit is seconds, too. */
export type Duration = number | string

const UNITS: Record<string, number> = {
  ms: 1,
  millisecond: 1,
  milliseconds: 1,
  s: 1000,
  sec: 1000,
  secs: 1000,
  second: 1000,
  seconds: 1000,
  m: 60_000,
  min: 60_000,
  mins: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
}

const PART = /(\d+(?:\.\d+)?)\s*([a-z]+)\s*/gy

/**
 * Parses a duration, and gives milliseconds. Zero is allowed; its meaning depends on the option.
 * @param what name of the option, for the error message
 * @throws DaffiError DAFFI_BAD_DURATION, whose advice shows the accepted forms
 */
export function parseDuration(value: Duration, what = 'duration'): number {
  const ms = typeof value === 'number' ? value * 1000 : textToMs(value.trim().toLowerCase())
  if (ms === undefined || !Number.isFinite(ms) || ms < 0) {
    const shown = typeof value === 'number' ? value : JSON.stringify(value)
    throw new DaffiError('DAFFI_BAD_DURATION', `${what}: ${shown} is not a duration`)
  }
  return ms
}

function textToMs(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  let total = 0
  let end = 0
  for (const match of text.matchAll(PART)) {
    const unit = UNITS[match[2] ?? '']
    if (unit === undefined) return undefined
    total += Number(match[1]) * unit
    end = match.index + match[0].length
  }
  return end > 0 && end === text.length ? total : undefined
}
