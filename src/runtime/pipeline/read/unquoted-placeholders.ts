import { parseDocument } from 'yaml'

/** Each one found costs a parse; whoever has more will look for them all after the first few. */
const MAX_FOUND = 20

/** Offsets of a stretch of text. */
export type Span = readonly [start: number, end: number]

/**
 * A bare `${NAME}` inside `{…}` or `[…]` derails the YAML parser. Finds each, and masks it by as many other
 * characters, so that what is wrong elsewhere is still found, at its right place.
 */
export function maskUnquoted(text: string): { unquoted: Span[]; masked: string } {
  const unquoted: Span[] = []
  let masked = text
  for (let found = 0; found < MAX_FOUND; found++) {
    const start = derailment(masked)
    if (start === undefined) break
    const [written = '${'] = /^\$\{[^}\n]*\}?/.exec(masked.slice(start)) ?? []
    const end = start + written.length
    unquoted.push([start, end])
    masked = masked.slice(0, start) + '_'.repeat(written.length) + masked.slice(end)
  }
  return { unquoted, masked }
}

/** The parser complains of the brace, or of the scalar that it ends. */
function derailment(text: string): number | undefined {
  return parseDocument(text, { prettyErrors: false })
    .errors.map(({ pos: [at] }) => [at - 1, at].find((start) => text.startsWith('${', start)))
    .find((start) => start !== undefined)
}
