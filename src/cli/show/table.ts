import { cutOff } from '../../runtime/core/text/plain-text.js'

/** Text of a table, and what paints it; the widths are those of the text. */
export type Cell = [text: string, paint?: ((text: string) => string) | undefined]

interface TableOptions {
  /** Characters in a line; a text that does not fit ends in an ellipsis. @default none */
  width?: number | undefined
  /** Columns whose texts stand at the right, as numbers do. @default none */
  right?: readonly number[]
}

/** Rows as lines of text whose columns stand below each other. */
export function tableLines(
  rows: readonly Cell[][],
  { width = Infinity, right = [] }: TableOptions = {},
): string[] {
  const columns = Math.max(0, ...rows.map((cells) => cells.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.[0].length ?? 0)),
  )
  return rows.map((cells) => {
    let left = width
    const parts = cells.map(([text, paint = String], column) => {
      const padding = ' '.repeat((widths[column] ?? 0) - text.length)
      const gap = column > 0 ? '  ' : ''
      const before = (gap + (right.includes(column) ? padding : '')).slice(0, Math.max(0, left))
      const room = Math.max(0, left - before.length)
      const shown = cutOff(text, room)
      const isLast = column === cells.length - 1
      left -= before.length + text.length + (right.includes(column) ? 0 : padding.length)
      return (
        before +
        (shown === '' ? '' : paint(shown)) +
        (right.includes(column) || isLast || left <= 0 ? '' : padding)
      )
    })
    return parts.join('').trimEnd()
  })
}
