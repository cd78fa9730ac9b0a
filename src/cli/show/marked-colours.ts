import { randomBytes } from 'node:crypto'
import { plainText } from '../../runtime/core/text/plain-text.js'

/** Tells the colour codes of this process from those that others have written into their texts; nobody can guess it. */
const MARK = `\u001b<${randomBytes(12).toString('hex')}>`
const MARKED = new RegExp(`${MARK}\\[([\\d;:]*)m`)
const RESET = '0'

/** A colour code that `forTerminal` lets through. */
export function markedColour(codes: string): string {
  return `${MARK}[${codes}m`
}

/**
 * The text as a terminal may get it: with the colours that this process has marked, and nothing else that acts on a
 * terminal.
 */
export function forTerminal(text: string): string {
  return text
    .split(MARKED)
    .map((part, index) => (index % 2 === 0 ? plainText(part) : `\u001b[${part}m`))
    .join('')
}

/**
 * The lines of a line that a node has printed. It keeps its colours, which end with it. A carriage return ends a line, as
 * what follows would overwrite the node's name.
 */
export function printedLines(
  line: string,
  { isColorSupported: colour }: { isColorSupported: boolean },
): string[] {
  const lines = line.split('\r').filter((part) => part !== '')
  if (!colour) return lines.length > 0 ? lines : ['']
  return (lines.length > 0 ? lines : ['']).map((each) => {
    const marked = each.replace(/\u001b\[([\d;:]*)m/g, (_, codes: string) => markedColour(codes))
    return marked === each ? each : marked + markedColour(RESET)
  })
}
