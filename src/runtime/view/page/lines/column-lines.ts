import type { Route } from '../graph/layout.js'
import { HEAD, headAt, middleOf, type Box, type Line } from './line.js'

/** Distance between two lines at the side of a card. */
const PORT_DISTANCE = 14
/** Distance of lines from the corners of a card. */
const CORNER = 12
/** How far the bow of a line that leads to the same layer is drawn out. Of the last layer it stays within the panel's padding. */
const BOW = 20

/** An end of a piece of a line: at which side of which slot, and which slot is at the other end. */
interface End {
  slot: string
  side: 'left' | 'right'
  other: string
}

/**
 * Lines between layers that stand side by side: from side to side of neighbours, which touches nothing but the gap between two
 * layers, and straight through lanes.
 */
export function columnLines(routes: readonly Route[], boxes: ReadonlyMap<string, Box>): Line[] {
  const heights = portHeights(routes, boxes)
  const placeOf = (end: End): [x: number, y: number] => {
    const box = boxes.get(end.slot)
    return [box?.[end.side] ?? 0, heights.get(keyOf(end)) ?? 0]
  }
  return routes.map((route) => {
    const to = route.direction === 'forward' ? 1 : -1
    let path = ''
    let tip: [number, number] = [0, 0]
    for (const [start, end] of piecesOf(route)) {
      const [[x1, y1], [x2, y2]] = [placeOf(start), placeOf(end)]
      tip = [x2, y2]
      const isLast = end.slot === route.slots.at(-1)
      path += path === '' ? `M${x1} ${y1}` : `H${x1}`
      if (route.direction === 'beside') {
        path += `C${x1 + BOW} ${y1} ${x2 + BOW} ${y2} ${x2 + HEAD} ${y2}`
      } else {
        const stop = isLast ? x2 - to * HEAD : x2
        const bend = (stop - x1) / 2
        path += `C${x1 + bend} ${y1} ${stop - bend} ${y2} ${stop} ${y2}`
      }
    }
    return { path, head: headAt(...tip, to) }
  })
}

function piecesOf({ slots, direction, kind }: Route): [End, End][] {
  const [out, into] =
    direction === 'forward'
      ? (['right', 'left'] as const)
      : direction === 'back'
        ? (['left', 'right'] as const)
        : (['right', 'right'] as const)
  return slots.slice(1).map((end, index) => {
    const start = slots[index] ?? ''
    return [
      { slot: start, side: out, other: `${kind} to ${end}` },
      { slot: end, side: into, other: `${kind} from ${start}` },
    ]
  })
}

const keyOf = ({ slot, side, other }: End): string => `${slot} ${side} ${other}`

/** Heights at which lines touch the sides of slots: around the middle, in the order of what is at their other ends. */
function portHeights(routes: readonly Route[], boxes: ReadonlyMap<string, Box>): Map<string, number> {
  const sides = new Map<string, Map<string, { key: string; at: number }>>()
  const middle = (slot: string): number => {
    const box = boxes.get(slot)
    return box ? middleOf(box) : 0
  }
  for (const route of routes)
    for (const [start, end] of piecesOf(route))
      for (const [own, other] of [
        [start, end],
        [end, start],
      ] as const) {
        const id = `${own.slot} ${own.side}`
        const side = sides.get(id) ?? new Map<string, { key: string; at: number }>()
        sides.set(id, side)
        side.set(own.other, { key: keyOf(own), at: middle(other.slot) + (own === end ? 0.1 : 0) })
      }
  const heights = new Map<string, number>()
  for (const [id, ends] of sides) {
    const box = boxes.get(id.replace(/ (left|right)$/, ''))
    if (!box) continue
    const room = Math.max(0, box.bottom - box.top - 2 * CORNER)
    const distance = ends.size < 2 ? 0 : Math.min(PORT_DISTANCE, room / (ends.size - 1))
    const first = middleOf(box) - (distance * (ends.size - 1)) / 2
    const inOrder = [...ends.values()].sort((a, b) => a.at - b.at)
    inOrder.forEach(({ key }, index) => heights.set(key, first + index * distance))
  }
  return heights
}
