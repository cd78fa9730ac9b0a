import type { Layout, Route } from '../graph/layout.js'
import { HEAD, headAt, type Box, type Line } from './line.js'

/** Distance between two rails. */
const RAIL_DISTANCE = 9
/** Width beside the cards that rails take at most; more of them stand closer together. */
const MAX_WIDTH = 84
/** Distance of lines from the corners of a card, and from one another. */
const CORNER = 20
const STEP = 8
const RADIUS = 6

/** Rails beside cards that stand below one another: one for all lines of a slot that are of one kind. */
export interface Rails {
  /** Number of the rail, by slot and kind. The first one is the nearest to the cards. */
  numbers: ReadonlyMap<string, number>
  count: number
}

const railOf = ({ slots, kind }: Route): string => `${kind} ${slots[0] ?? ''}`

/** Width of the place beside the cards that the rails need. */
export const widthOf = ({ count }: Rails): number =>
  count === 0 ? 0 : HEAD + RADIUS + spacing(count) * count

const spacing = (count: number): number => Math.min(RAIL_DISTANCE, MAX_WIDTH / count)

/** Finds a rail for the lines of each slot: the short ones near the cards, and none over another where both are. */
export function railsOf({ layers, routes }: Layout): Rails {
  const places = new Map(
    layers
      .flat()
      .filter(({ cards }) => cards.length > 0)
      .map(({ id }, index) => [id, index]),
  )
  const spans = new Map<string, { from: number; to: number }>()
  for (const route of routes) {
    // A line leaves a card below those that come to it.
    const start = 2 * (places.get(route.slots[0] ?? '') ?? 0) + 1
    const end = 2 * (places.get(route.slots.at(-1) ?? '') ?? 0)
    const known = spans.get(railOf(route)) ?? { from: start, to: start }
    spans.set(railOf(route), { from: Math.min(known.from, end), to: Math.max(known.to, end) })
  }
  const taken: { from: number; to: number }[][] = []
  const numbers = new Map<string, number>()
  const byLength = [...spans].sort(([, a], [, b]) => a.to - a.from - (b.to - b.from))
  for (const [id, span] of byLength) {
    const free = taken.findIndex((others) =>
      others.every((other) => other.to <= span.from || span.to <= other.from),
    )
    const number = free < 0 ? taken.length : free
    ;(taken[number] ??= []).push(span)
    numbers.set(id, number)
  }
  return { numbers, count: taken.length }
}

/** Lines beside cards that stand below one another: out to a rail, along it, and back to a card. */
export function railLines(
  { numbers, count }: Rails,
  routes: readonly Route[],
  boxes: ReadonlyMap<string, Box>,
): Line[] {
  const arrived = new Map<string, number>()
  return routes.map((route) => {
    const [from, to] = [boxes.get(route.slots[0] ?? ''), boxes.get(route.slots.at(-1) ?? '')]
    if (!from || !to) return { path: '', head: '' }
    const x = to.left - HEAD - RADIUS - spacing(count) * (numbers.get(railOf(route)) ?? 0)
    const y1 = from.bottom - CORNER + (route.kind === 'call' ? STEP : 0)
    const key = route.slots.at(-1) ?? ''
    const before = arrived.get(key) ?? 0
    arrived.set(key, before + 1)
    const y2 = Math.min(to.top + CORNER + before * STEP, to.bottom - CORNER - 1)
    const down = y2 > y1 ? RADIUS : -RADIUS
    const path =
      `M${from.left} ${y1}H${x + RADIUS}Q${x} ${y1} ${x} ${y1 + down}` +
      `V${y2 - down}Q${x} ${y2} ${x + RADIUS} ${y2}H${to.left - HEAD}`
    return { path, head: headAt(to.left, y2, 1) }
  })
}
