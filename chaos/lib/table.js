/** Prints a table: a row for each of the rows, a column for each of the columns, from `cellOf(row, column)`. */
export function printTable(rows, columns, cellOf) {
  const lines = [
    ['', ...columns],
    ...rows.map((row) => [row, ...columns.map((column) => cellOf(row, column))]),
  ]
  const widths = lines[0].map((_, index) => Math.max(...lines.map((line) => line[index].length)))
  for (const line of lines)
    console.log(
      line
        .map((text, index) => text.padEnd(widths[index]))
        .join('  ')
        .trimEnd(),
    )
}

/** How many of some results are well, and the slowest recovery: `20/20 0.31s`. */
export function cellText(results) {
  if (results.length === 0) return ''
  const well = results.filter(({ reasons }) => reasons.length === 0).length
  const worst = Math.max(...results.map(({ recovery }) => recovery))
  return `${well}/${results.length} ${Number.isFinite(worst) ? `${(worst / 1000).toFixed(2)}s` : 'never'}`
}
