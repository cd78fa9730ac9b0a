import { cutOff } from '../../core/text/plain-text.js'
import { withoutSecrets } from '../../core/text/secrets.js'

const CONTEXT_LINES = 2
const MAX_WIDTH = 160
/** Characters of a line that are looked at: a secret that is cut off has to be known as one. */
const MAX_READ = 4096
/** Columns beyond which a location is not shown. */
const MAX_COLUMN = 2 ** 20
/** Characters that are shown at least behind the beginning of a location. */
const MARGIN = 40

/** A stretch of text in a file. */
export interface Location {
  /** From 1. */
  line: number
  /** From 1. */
  column: number
  /** Characters to mark. */
  length: number
}

/** A file whose text messages may quote. */
export interface QuotableFile {
  readonly file: string
  /** The text with stars in place of secrets. */
  readonly quotable: string
}

/** A stretch of text, with the file that it stands in. */
export interface Place extends Location {
  in: QuotableFile
}

/** Numbered lines around a location, with carets under the location itself, and stars in place of secrets. */
export function codeFrame(text: string, location: Location): string {
  const { line } = location
  const first = Math.max(1, line - CONTEXT_LINES)
  const lines = linesFrom(text, first, line + CONTEXT_LINES)
  const gutter = String(first + lines.length - 1).length
  return lines
    .flatMap((whole, index) => {
      const number = first + index
      const head = `${number === line ? '>' : ' '} ${String(number).padStart(gutter)} | `
      if (number !== line) return [(head + cut(withoutSecrets(whole.slice(0, MAX_READ)))).trimEnd()]
      const [shown, carets] = marked(whole, location)
      return [(head + shown).trimEnd(), ...(carets === '' ? [] : [`  ${' '.repeat(gutter)} | ${carets}`])]
    })
    .join('\n')
}

/** The part of a line around a location, and carets for the line under it; none for a location that is too far along. */
function marked(whole: string, { column, length }: Location): [string, string] {
  // From the line's beginning on: a secret that began before the part is to be known as one.
  const content = withoutSecrets(whole.slice(0, Math.min(column + MAX_READ, MAX_COLUMN)))
  const from = column - 1
  if (from > content.length) return [cut(content), '']
  const isLong = content.length > MAX_WIDTH && from > MAX_WIDTH - MARGIN
  const start = isLong ? Math.min(from, content.length) - MAX_WIDTH / 2 : 0
  const part = isLong ? `…${content.slice(start + 1)}` : content
  // Tabs stay tabs, so that the carets stand under what they mark.
  const indent = part.slice(0, from - start).replace(/[^\t]/g, ' ')
  return [cut(part), cut(indent + '^'.repeat(Math.max(1, Math.min(length, content.length - from))))]
}

/** Lines of a text by their numbers, as far as it has them. The rest of the text is passed over, not copied. */
function linesFrom(text: string, first: number, last: number): string[] {
  const lines: string[] = []
  let start = 0
  for (let number = 1; number <= last && start <= text.length; number++) {
    const end = text.indexOf('\n', start)
    const stop = end < 0 ? text.length : end
    if (number >= first) lines.push(text.slice(start, stop).replace(/\r$/, ''))
    start = stop + 1
  }
  return lines
}

const cut = (line: string): string => cutOff(line, MAX_WIDTH)
