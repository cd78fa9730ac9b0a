import { MIB } from '../../../core/bytes.js'
import { compose } from './compose.js'

/** Each placeholder found costs one parse; the first twenty are enough to show an author the mistake. */
const MAX_FOUND = 20
/** Characters that are parsed to find them; of a large file only the first is found. */
const MAX_PARSED = MIB

/** Offsets of a stretch of text. */
export type Span = readonly [start: number, end: number]

/**
 * Finds each bare `${NAME}` inside `{…}` or `[…]`, which breaks the YAML parser there, and masks it with as many other
 * characters, so that other mistakes in the file are still found, and at the right location.
 */
export function maskUnquoted(text: string): { unquoted: Span[]; masked: string } {
  const unquoted: Span[] = []
  let masked = text
  const tries = Math.min(MAX_FOUND, Math.max(1, Math.floor(MAX_PARSED / text.length)))
  for (let found = 0; found < tries; found++) {
    const start = offsetOfUnquoted(masked)
    if (start === undefined) break
    const [written = '${'] = /^\$\{[^}\n]*\}?/.exec(masked.slice(start)) ?? []
    const end = start + written.length
    unquoted.push([start, end])
    masked = masked.slice(0, start) + '_'.repeat(written.length) + masked.slice(end)
  }
  return { unquoted, masked }
}

/** The parser's error is at the brace, or at the scalar that the brace ends. */
function offsetOfUnquoted(text: string): number | undefined {
  return compose(text)
    .yaml.errors.map(({ pos: [at] }) => [at - 1, at].find((start) => text.startsWith('${', start)))
    .find((start) => start !== undefined)
}
