const CONTEXT_LINES = 2
const MAX_WIDTH = 160

/** A stretch of text in a file. */
export interface Location {
  /** From 1. */
  line: number
  /** From 1. */
  column: number
  /** Characters to mark. */
  length: number
}

/** Numbered lines around a location, with carets under the location itself. */
export function codeFrame(text: string, { line, column, length }: Location): string {
  const lines = text.split(/\r?\n/)
  const first = Math.max(1, line - CONTEXT_LINES)
  const last = Math.min(lines.length, line + CONTEXT_LINES)
  const gutter = String(last).length
  const out: string[] = []
  for (let number = first; number <= last; number++) {
    const content = lines[number - 1] ?? ''
    out.push(`${number === line ? '>' : ' '} ${String(number).padStart(gutter)} | ${cut(content)}`.trimEnd())
    if (number !== line || column > MAX_WIDTH) continue
    // Tabs stay tabs, so that the carets stand under what they mark.
    const indent = content.slice(0, column - 1).replace(/[^\t]/g, ' ')
    const carets = '^'.repeat(Math.max(1, Math.min(length, content.length - column + 1)))
    out.push(`  ${' '.repeat(gutter)} | ${cut(indent + carets)}`)
  }
  return out.join('\n')
}

function cut(line: string): string {
  return line.length > MAX_WIDTH ? `${line.slice(0, MAX_WIDTH - 1)}…` : line
}
