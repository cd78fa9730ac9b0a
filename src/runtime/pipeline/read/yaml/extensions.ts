import type { Path } from '../../diagnose/key-path.js'

/** Keys whose values are the author's own, to their last key. */
const OWN_VALUES: ReadonlySet<unknown> = new Set(['args', 'env', 'equals', 'returns'])

/**
 * Whether a path leads to a key that begins with `x-` in a mapping of daffi's keys or of names. What stands there is the
 * author's: notes, and anchors for other parts of the file.
 */
export function isExtension(path: Path): boolean {
  const key = path.at(-1)
  return typeof key === 'string' && key.startsWith('x-') && !path.some(isOwn)
}

/** Whether a step of a path is a key of own values, and no name of a node or source. */
function isOwn(step: string | number, index: number): boolean {
  return index > 1 && OWN_VALUES.has(step)
}
