import { withoutSecrets } from '../../core/text/secrets.js'

const CONTEXT_LINES = 2
const MAX_WIDTH = 160
/** Characters of a line that are looked at: a secret that is cut off has to be known as one. */
const MAX_READ = 4096

/** A stretch of text in a file. */
export interface Location {
  /** From 1. */
  line: number
  /** From 1. */
  column: number
  /** Characters to mark. */
  length: number
}

/** Numbered lines around a location, with carets under the location itself, and stars in place of secrets. */
export function codeFrame(text: string, { line, column, length }: Location): string {
  const first = Math.max(1, line - CONTEXT_LINES)
  const lines = linesFrom(text, first, line + CONTEXT_LINES)
  const gutter = String(first + lines.length - 1).length
  return lines
    .flatMap((whole, index) => {
      const number = first + index
      const content = withoutSecrets(whole.slice(0, MAX_READ))
      const shown =
        `${number === line ? '>' : ' '} ${String(number).padStart(gutter)} | ${cut(content)}`.trimEnd()
      if (number !== line || column > MAX_WIDTH) return [shown]
      // Tabs stay tabs, so that the carets stand under what they mark.
      const indent = content.slice(0, column - 1).replace(/[^\t]/g, ' ')
      const carets = '^'.repeat(Math.max(1, Math.min(length, content.length - column + 1)))
      return [shown, `  ${' '.repeat(gutter)} | ${cut(indent + carets)}`]
    })
    .join('\n')
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

function cut(line: string): string {
  return line.length > MAX_WIDTH ? `${line.slice(0, MAX_WIDTH - 1)}…` : line
}
