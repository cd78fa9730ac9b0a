import type { Colours } from './colours.js'

/**
 * Makes the `process2 | ` before each line: padded to the longest name, in a colour that a name keeps
 * from run to run as long as its position among the names stays the same.
 */
export function nodePrefix(names: readonly string[], colours: Colours): (name: string) => string {
  const palette = [colours.cyan, colours.yellow, colours.magenta, colours.green, colours.blue, colours.red]
  const width = Math.max(...names.map((name) => name.length))
  return (name) => {
    const paint = palette[names.indexOf(name) % palette.length] ?? String
    return `${paint(`${name.padEnd(width)} |`)} `
  }
}
