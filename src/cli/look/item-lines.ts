import { isFrame } from '../../runtime/core/frame.js'
import { isoTime } from '../../runtime/core/text/iso-time.js'
import { plainJson, plainLine } from '../../runtime/core/text/plain-text.js'
import type { TappedItem } from '../../runtime/index.js'
import type { Colours } from '../show/colours.js'
import { clockTime } from './clock-time.js'
import { formatCount } from '../show/units.js'
import { plural } from '../../runtime/core/text/count.js'

/** An item of a stream as JSON: exactly one of `value`, `frame` and `bytes` is there. */
export interface ItemRecord {
  /** Time when its origin was captured or yielded, in ISO 8601. */
  time: string
  origin: { source: string | null; item: number }
  /** Number in the stream. */
  item: number
  /** Items of the stream that have passed since the one before. */
  missed: number
  value?: unknown
  frame?: { width: number; height: number; format: string; bytes: number }
  /** Size of an item that is bytes. */
  bytes?: number
}

/**
 * Describes an item without the bytes in it, which `--raw` and `--png` give.
 * @param toPlain makes a value one that JSON can carry
 */
export function itemRecord(tapped: TappedItem, toPlain: (value: unknown) => unknown): ItemRecord {
  const { item, missed, value, origin } = tapped
  const { source, item: number, time } = origin
  return { time: isoTime(time), origin: { source, item: number }, item, missed, ...content(value, toPlain) }
}

function content(
  value: unknown,
  toPlain: (value: unknown) => unknown,
): Pick<ItemRecord, 'value' | 'frame' | 'bytes'> {
  if (isFrame(value)) {
    const { width, height, format, data } = value
    return { frame: { width, height, format, bytes: data.length } }
  }
  return value instanceof Uint8Array ? { bytes: value.length } : { value: toPlain(value) }
}

interface LineOptions {
  colours: Colours
  /** Characters in a line, after which it is cut off; undefined for all of it. */
  width: number | undefined
}

/** An item as one line: time, origin, what it is, and how many have passed unseen before it. */
export function itemLine(record: ItemRecord, { colours, width = Infinity }: LineOptions): string {
  const { time, origin, missed } = record
  const when = clockTime(Date.parse(time), { withMs: true })
  const from = `${plainLine(origin.source ?? 'item')} ${origin.item}`
  const passed = missed > 0 ? `  +${formatCount(missed)}` : ''
  const room = Math.max(0, width - when.length - from.length - passed.length - 4)
  return `${colours.dim(when)}  ${colours.cyan(from)}  ${text(record).slice(0, room)}${colours.dim(passed)}`
}

function text({ frame, bytes, value }: ItemRecord): string {
  if (frame)
    return `${frame.width}x${frame.height} ${frame.format}, ${formatCount(frame.bytes)} ${plural(frame.bytes, 'byte')}`
  return bytes === undefined ? plainJson(value) : `${formatCount(bytes)} ${plural(bytes, 'byte')}`
}
