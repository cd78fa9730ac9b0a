import { isMap } from '../../core/message/forms.js'
import { plainLine } from '../../core/text/plain-text.js'
import type { Box } from './layer.js'

/** Boxes of one result; more could not be told apart. */
const MAX_BOXES = 256
/** Entries of a list that are looked at. */
const MAX_ENTRIES = 4 * MAX_BOXES
const MAX_LABEL = 80
/** Pixels from the corner of a picture that no picture has. */
const FAR = 1_000_000

/** Takes the boxes of a result of the form `{ boxes: [{ x, y, width, height, label, score }] }`; undefined for any other. */
export function boxesOf(value: unknown): Box[] | undefined {
  if (!isMap(value) || !Array.isArray(value['boxes'])) return undefined
  const entries: unknown[] = value['boxes'].slice(0, MAX_ENTRIES)
  return entries.flatMap((each) => boxOf(each) ?? []).slice(0, MAX_BOXES)
}

/** A box; undefined when an entry has no place and size. */
function boxOf(entry: unknown): Box | undefined {
  if (!isMap(entry)) return undefined
  const { x, y, width, height, label, score } = entry
  if (!isPlace(x) || !isPlace(y) || !isPlace(width) || !isPlace(height)) return undefined
  if (width <= 0 || height <= 0) return undefined
  return {
    ...{ x, y, width, height },
    label: typeof label === 'string' ? cut(label) : '',
    score: typeof score === 'number' && score >= 0 && score <= 1 ? score : null,
  }
}

function isPlace(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= FAR
}

/** Cuts a label between two characters. */
function cut(label: string): string {
  // No more is cleaned than can be shown, but for sequences that go with it.
  const clean = plainLine(label.slice(0, 8 * MAX_LABEL))
  if (clean.length <= MAX_LABEL) return clean
  const characters = Array.from(clean)
  return characters.length <= MAX_LABEL ? clean : `${characters.slice(0, MAX_LABEL - 1).join('')}…`
}
