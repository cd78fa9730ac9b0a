const CONTEXT = 2
const MAX_WIDTH = 160

export interface Place {
  /** From 1. */
  line: number
  /** From 1. */
  column: number
  /** Characters to mark. */
  length: number
}

/** The lines around a place, numbered, with carets under it. */
export function codeFrame(text: string, { line, column, length }: Place): string {
  const lines = text.split(/\r?\n/)
  const first = Math.max(1, line - CONTEXT)
  const last = Math.min(lines.length, line + CONTEXT)
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
