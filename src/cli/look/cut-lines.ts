import { count } from '../../runtime/core/text/count.js'

/** As many lines as a terminal shows at once, without the one where the cursor is; the last one says how many are left out. */
export function cutLines(lines: readonly string[], height = Infinity): readonly string[] {
  const room = height - 1
  if (lines.length <= room) return lines
  const shown = lines.slice(0, Math.max(0, room - 1))
  return [...shown, `… and ${count(lines.length - shown.length, 'more line')}`]
}
