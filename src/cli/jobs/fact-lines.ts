import type { Colours } from '../show/colours.js'

/** Width of the names, as long as `arguments`. */
const NAME_WIDTH = 9

/** Lines of facts with their names, without those that are not known. */
export function factLines(
  facts: readonly [name: string, text: string | undefined][],
  { dim }: Colours,
): string[] {
  return facts.flatMap(([name, text]) =>
    text === undefined ? [] : [`   ${dim(name.padEnd(NAME_WIDTH))} ${text}`],
  )
}
