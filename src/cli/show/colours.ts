import pc from 'picocolors'
import { markedColour } from './marked-colours.js'

export type Colours = ReturnType<typeof pc.createColors>
type Paint = Colours['red']

/** Colours that are none, for texts that are cut by their length. */
export const noColours: Colours = pc.createColors(false)

/** Colours for one output: none into a pipe or file, under NO_COLOR, or with --no-color. FORCE_COLOR colours pipes, too. */
export function coloursFor(stream: { isTTY?: boolean }): Colours {
  const colours = pc.createColors(wantsColour(stream))
  if (!colours.isColorSupported) return colours
  const marked = Object.entries(colours as unknown as Record<string, Paint | boolean>).map(
    ([name, paint]) => [name, typeof paint === 'function' ? markedPaint(paint) : paint] as const,
  )
  return Object.fromEntries(marked) as unknown as Colours
}

export function wantsColour(stream: { isTTY?: boolean }): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env
  if (NO_COLOR || process.argv.includes('--no-color')) return false
  if (FORCE_COLOR) return FORCE_COLOR !== '0'
  return stream.isTTY === true && TERM !== 'dumb'
}

/** The same colour with marked codes. A colour inside it ends with the code that ends this one, so this one goes on there. */
function markedPaint(paint: Paint): Paint {
  const [open = '', close = ''] = [...paint('').matchAll(/\u001b\[([\d;]*)m/g)].map(([, codes = '']) =>
    markedColour(codes),
  )
  return (text) => open + String(text).replaceAll(close, close + open) + close
}
