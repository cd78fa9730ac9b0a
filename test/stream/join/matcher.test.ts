import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Missing } from '../../../src/runtime/core/plan/callback-options.js'
import { Matcher, type Decision } from '../../../src/runtime/stream/join/matcher.js'

interface Item {
  side: string
  time: number
}
type Event = Item | { side: string; ends: true }

const WITHIN = 15

/** Streams of some sides, whose times only grow, and an order in which their items and ends arrive. */
const courses = (sides: number): fc.Arbitrary<Event[]> =>
  fc
    .array(
      fc.tuple(
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 12 }),
        fc.integer({ min: 0, max: 30 }),
        fc.constant(undefined),
      ),
      { minLength: sides, maxLength: sides },
    )
    .chain((streams) => {
      const events = streams.map(([gaps, first], index) => {
        const side = `side${index}`
        let time = first
        const items: Event[] = gaps.map((gap) => ({ side, time: (time += gap) }))
        return [...items, { side, ends: true as const }]
      })
      const turns = events.flatMap((each, index) => each.map(() => index))
      return fc.shuffledSubarray(turns, { minLength: turns.length }).map((order) => {
        const left = events.map((each) => [...each])
        return order.flatMap((index) => left[index]?.shift() ?? [])
      })
    })

interface Outcome {
  matches: Item[][]
  unmatched: Item[]
  decisions: Decision<Item>[]
  matcher: Matcher<Item>
}

/** Lets the events come, and takes all decisions after each. */
function run(events: Event[], names: string[], missing: Missing): Outcome {
  const matcher = new Matcher<Item>(names)
  const decisions: Decision<Item>[] = []
  for (const event of events) {
    if ('ends' in event) matcher.end(event.side)
    else matcher.add(event.side, event)
    for (;;) {
      const decision = matcher.next({ withinMs: WITHIN, missing }, false)
      if (!decision) break
      decisions.push(decision)
    }
  }
  const matches = decisions.flatMap((each) => (each.what === 'match' ? [[...each.items.values()]] : []))
  const unmatched = decisions.flatMap((each) => (each.what === 'unmatched' ? [each.item] : []))
  return { matches, unmatched, decisions, matcher }
}

const spread = (items: Item[]): number => {
  const times = items.map(({ time }) => time)
  return Math.max(...times) - Math.min(...times)
}
const itemsOf = (events: Event[]): Item[] => events.filter((event): event is Item => !('ends' in event))
const namesOf = (sides: number): string[] => Array.from({ length: sides }, (_, index) => `side${index}`)

/** Length of the longest list of pairs in order, by all ways to choose them. */
function mostPairs(left: number[], right: number[]): number {
  const row = Array.from({ length: right.length + 1 }, () => 0)
  for (const time of left) {
    let before = 0
    for (const [index, other] of right.entries()) {
      const above = row[index + 1] ?? 0
      const paired = Math.abs(time - other) <= WITHIN ? before + 1 : 0
      row[index + 1] = Math.max(above, row[index] ?? 0, paired)
      before = above
    }
  }
  return row.at(-1) ?? 0
}

test.each([2, 3, 4])(
  'of %d sides each item is once in a match or unmatched, and none waits in the end',
  (sides) => {
    fc.assert(
      fc.property(courses(sides), fc.constantFrom<Missing>('drop', 'last', 'null'), (events, missing) => {
        const { matches, unmatched, matcher } = run(events, namesOf(sides), missing)
        for (const match of matches) {
          expect(spread(match)).toBeLessThanOrEqual(WITHIN)
          expect(new Set(match.map(({ side }) => side)).size).toBe(match.length)
          if (missing === 'drop') expect(match).toHaveLength(sides)
        }
        expect(matcher.first).toEqual([])
        const all = [...matches.flat(), ...unmatched]
        expect(all).toHaveLength(itemsOf(events).length)
        // Each side keeps its order, and so has each item once.
        for (const side of namesOf(sides)) {
          const given = itemsOf(events).filter((item) => item.side === side)
          if (missing === 'drop')
            expect(new Set(all.filter((item) => item.side === side))).toEqual(new Set(given))
          const matched = matches.flat().filter((item) => item.side === side)
          expect(matched).toEqual(given.filter((item) => matched.includes(item)))
        }
        if (missing === 'null') expect(unmatched).toEqual([])
      }),
      { numRuns: 200 },
    )
  },
)

test('of two sides there are as many pairs as there can be', () => {
  fc.assert(
    fc.property(courses(2), (events) => {
      const times = (side: string): number[] =>
        itemsOf(events).flatMap((item) => (item.side === side ? [item.time] : []))
      expect(run(events, namesOf(2), 'drop').matches).toHaveLength(mostPairs(times('side0'), times('side1')))
    }),
    { numRuns: 200 },
  )
})

test('an item waits until the other side has shown a later time, and not for as much as its end', () => {
  const left = { side: 'side0', time: 0 }
  const waits = run([left, { side: 'side1', time: 15 }].slice(0, 1), namesOf(2), 'drop')
  expect(waits.decisions).toEqual([])
  expect(waits.matcher.awaited(WITHIN)).toEqual(['side1'])
  expect(run([left, { side: 'side1', time: 15 }], namesOf(2), 'drop').matches).toHaveLength(1)
  expect(run([left, { side: 'side1', time: 15.5 }], namesOf(2), 'drop').unmatched).toEqual([left])
})

test('in the place of a missing item comes the last one of its side, once there is one', () => {
  const at = (side: number, time: number): Item => ({ side: `side${side}`, time })
  const events = [at(0, 0), at(1, 100), at(1, 200), at(0, 205), at(1, 400), at(0, 800)]
  const { decisions } = run(events, namesOf(2), 'last')
  const shown = decisions.map((each) =>
    each.what === 'match'
      ? [[...each.items.values()].map(({ time }) => time), Array.from(each.last.values(), ({ time }) => time)]
      : each.item.time,
  )
  expect(shown).toEqual([0, [[100], [0]], [[205, 200], []], [[400], [205]]])
})

test('a single side that is known waits for another, until it is overdue', () => {
  const matcher = new Matcher<Item>([])
  const item = { side: 'only', time: 0 }
  matcher.add('only', item)
  matcher.add('only', { side: 'only', time: 1000 })
  expect(matcher.next({ withinMs: WITHIN, missing: 'null' }, false)).toBeUndefined()
  expect(matcher.next({ withinMs: WITHIN, missing: 'drop' }, true)).toMatchObject({ what: 'unmatched', item })
})
