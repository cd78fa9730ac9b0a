const NAME_WIDTH = 34
const VALUE_WIDTH = 12

/** Prints a figure of all systems: the value, and its ratio to that of the best of the others. */
export function printFigure({ title, unit, entries }) {
  console.log(`\n${title}, ${unit}`)
  for (const { name, value, ratio, isBestPeer, notes } of entries) {
    const shown = value === null ? '-' : value.toLocaleString('en-US', { maximumSignificantDigits: 4 })
    const compared = ratio === null ? '' : isBestPeer ? 'best peer' : `${ratio.toFixed(2)} x`
    const line = `  ${name.padEnd(NAME_WIDTH)}${shown.padStart(VALUE_WIDTH)}  ${compared.padEnd(10)}${notes.join(', ')}`
    console.log(line.trimEnd())
  }
}
