const NAME_WIDTH = 36
const WIDTHS = { value: 18, baseline: 12, ratio: 9, target: 11, memory: 22 }

/** Four significant digits. */
export const rounded = ({ name, value, unit, baseline, ratio }) => ({
  name,
  value: significant(value),
  unit,
  baseline: significant(baseline),
  ratio: significant(ratio),
})

export function printHead({ processors, load, bandwidth }) {
  const copying = bandwidth === undefined ? '' : `; copying memory: ${Math.round(bandwidth)} MiB/s`
  console.log(`${processors} processors, load at the start: ${load.toFixed(1)}${copying}`)
  printColumns('row', {
    value: 'value',
    baseline: 'baseline',
    ratio: 'ratio',
    target: 'target',
    memory: 'to memory bandwidth',
  })
}

/** The last column: how many times faster memory is copied. */
export function printRow(measured, { target = '-', bandwidth }) {
  for (const [index, each] of measured.entries()) {
    const { name, value, unit, baseline, ratio } = rounded(each)
    printColumns(name, {
      value: `${value} ${unit}`,
      baseline: baseline ?? '-',
      ratio: ratio === null ? '-' : `${ratio} x`,
      target: each.target ?? (index === 0 ? target : '-'),
      memory: bandwidth ? `${(bandwidth / value).toFixed(1)} x` : '-',
    })
  }
}

function printColumns(name, columns) {
  const cells = Object.entries(columns).map(([column, text]) => String(text).padStart(WIDTHS[column]))
  console.log(name.padEnd(NAME_WIDTH) + cells.join(' '))
}

const significant = (value) => (value === null ? null : Number(value.toPrecision(4)))
