import { randomUUID } from 'node:crypto'
import { DaffiError } from '../errors.js'

/** The strings and the numbers of valid JSON. */
const TOKENS = /"(?:[^"\\]+|\\.)*"|-?\d+(\.\d+)?(?:[eE][-+]?\d+)?/g
/** Text in which there may be a number that JSON.parse would change. */
const MAY_CHANGE = /\d{16}|\d[eE][-+]?\d/
/** Digits of a whole number that are read: more of them would hold the event loop. */
const MAX_DIGITS = 4096
/** Depth to which values are looked through; deeper ones cannot be sent. */
const MAX_DEPTH = 600

/**
 * Parses JSON in which whole numbers may be of any size: those that a number cannot hold become a BigInt.
 * @param what name of the value, for error messages
 * @throws SyntaxError when it is no JSON; DaffiError DAFFI_UNSENDABLE for a number that is none for JavaScript, such as 1e400
 */
export function readJson(text: string, what: string): unknown {
  const value = JSON.parse(text) as unknown
  if (!MAY_CHANGE.test(text)) return value
  const mark = randomUUID()
  let marked = 0
  const withMarks = text.replace(TOKENS, (token, fraction: string | undefined) => {
    if (token.startsWith('"') || !isChanged(token, fraction)) return token
    marked++
    return `"${mark}${token}"`
  })
  return marked === 0 ? value : unmarked(JSON.parse(withMarks) as unknown, mark, what, 0)
}

/** Writes JSON of plain data, with each BigInt as a whole number, and with what JSON has no number for as text: NaN, Infinity. */
export function writeJson(value: unknown, indent?: number): string {
  let marked = 0
  const mark = randomUUID()
  const json = JSON.stringify(
    value,
    (_, part: unknown) => {
      if (typeof part === 'number' && !Number.isFinite(part)) return String(part)
      if (typeof part !== 'bigint' && !Object.is(part, -0)) return part
      marked++
      return `${mark}${typeof part === 'bigint' ? part : '-0'}`
    },
    indent,
  ) as string | undefined
  if (marked === 0) return json ?? 'null'
  return (json ?? 'null').replace(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1')
}

/** Whether a number is another one when it is parsed: a whole number that is too large, or one beyond the range of numbers. */
function isChanged(token: string, fraction: string | undefined): boolean {
  const number = Number(token)
  if (!Number.isFinite(number)) return true
  if (number === 0) return /[1-9]/.test(token.replace(/[eE].*/, ''))
  return fraction === undefined && !/[eE]/.test(token) && !Number.isSafeInteger(number)
}

function unmarked(value: unknown, mark: string, path: string, depth: number): unknown {
  if (typeof value === 'string')
    return value.startsWith(mark) ? wholeNumber(value.slice(mark.length), path) : value
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value
  if (Array.isArray(value))
    return value.map((each, index) => unmarked(each, mark, `${path}[${index}]`, depth + 1))
  const entries = Object.entries(value)
  return Object.fromEntries(
    entries.map(([key, part]) => [key, unmarked(part as unknown, mark, `${path}.${key}`, depth + 1)]),
  )
}

function wholeNumber(token: string, path: string): bigint {
  if (/^-?\d+$/.test(token) && token.length <= MAX_DIGITS) return BigInt(token)
  const shown = token.length > 40 ? `${token.slice(0, 40)}…` : token
  throw new DaffiError(
    'DAFFI_UNSENDABLE',
    `${path} cannot be sent: ${shown} is beyond the range of numbers`,
    {
      next: 'Put it in quotes to send it as text.',
    },
  )
}
