import pc from 'picocolors'

export type Colours = ReturnType<typeof pc.createColors>

/** Colours for one output: none into a pipe or file, under NO_COLOR, or with --no-color. FORCE_COLOR colours pipes, too. */
export function coloursFor(stream: { isTTY?: boolean }): Colours {
  return pc.createColors(wantsColour(stream))
}

export function wantsColour(stream: { isTTY?: boolean }): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env
  if (NO_COLOR || process.argv.includes('--no-color')) return false
  if (FORCE_COLOR) return FORCE_COLOR !== '0'
  return stream.isTTY === true && TERM !== 'dumb'
}
