import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Logger } from '../../../src/runtime/core/logger.js'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { Join, type JoinMatch, type JoinSettings } from '../../../src/runtime/stream/join/join.js'
import type { JoinItem, Joining } from '../../../src/runtime/stream/protocol/ports.js'

const MIB = 1024 * 1024
const PATIENT: JoinSettings = { withinMs: 15, missing: undefined, patienceMs: 60_000 }

interface SideOptions {
  isLive?: boolean
  buffer?: number
  retries?: boolean
}

/** A join whose callback, items and log are the test's own. */
function joinOf(
  settings: JoinSettings,
  {
    deliver,
    names = ['left', 'right'],
  }: { deliver?: (match: JoinMatch) => Promise<void>; names?: string[] } = {},
) {
  const lines: string[] = []
  const warned = deferred()
  const warn = (line: string): void => {
    lines.push(line)
    warned.resolve()
  }
  const matches: unknown[] = []
  const join = new Join({
    callback: 'fuse',
    sides: names,
    settings: () => settings,
    log: { warn } as Logger,
    deliver: async (match) => {
      const shown = (items: JoinMatch['items']): unknown[] =>
        Array.from(items, ([side, { time }]) => [side, time])
      matches.push([...shown(match.items), ...shown(match.last)])
      await deliver?.(match)
    },
    onFailed: () => undefined,
  })
  const side = (as: string, { isLive = false, buffer = 2, retries = false }: SideOptions = {}) => {
    const leaving = new AbortController()
    const { signal } = leaving
    const port: Joining = join.joining({ as, source: as, isLive, buffer, from: 'writer', signal })
    const ends: unknown[] = []
    const add = (time: number, bytes = 1): Promise<void> | undefined => {
      const at = ends.push('waits') - 1
      const end = (how: string): void => {
        expect(ends[at]).toBe('waits')
        ends[at] = how
      }
      const item: JoinItem = {
        value: time,
        chunk: { item: at, time },
        index: 0,
        bytes,
        retries,
        begin: () => undefined,
        end,
        attempt: async (failure, attempt) => {
          try {
            await attempt()
            return undefined
          } catch {
            return failure
          }
        },
        fail: async (_error, isLogged) => {
          await turn()
          end(isLogged ? 'failed' : 'failed and logged')
        },
      }
      return port.add(item)
    }
    const leave = (): Promise<void> => {
      leaving.abort()
      return port.leave()
    }
    const count = (how: string): number => ends.filter((each) => each === how).length
    return { add, ends, count, end: () => port.end(), leave }
  }
  return { side, matches, lines, warned: warned.promise }
}

test('of a live side the oldest items go when the other never comes, and its memory is bounded', () => {
  const { side } = joinOf(PATIENT)
  const left = side('left', { isLive: true })
  for (let n = 0; n < 1000; n++) expect(left.add(n * 33)).toBeUndefined()
  expect([left.count('unmatched'), left.count('waits')]).toEqual([745, 255])
  const large = side('right', { isLive: true })
  for (let n = 0; n < 30; n++) void large.add(1e9 + n * 33, 10 * MIB)
  expect(large.count('waits')).toBe(6)
})

test('a side that holds back is held up to its bound; after the patience it flows, and the log says so once', async () => {
  // Else a busy machine may let the patience pass before the first turn.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const { side, lines, warned } = joinOf({ ...PATIENT, patienceMs: 20 })
  const left = side('left')
  let added = 0
  const adding = (async () => {
    for (; added < 1000; added++) await left.add(added * 33)
  })()
  expect(added).toBe(0)
  await turn()
  expect([added, left.count('waits')]).toEqual([256, 257])
  vi.advanceTimersByTime(20)
  await warned
  await adding
  expect(left.count('waits')).toBeLessThanOrEqual(255)
  expect(left.count('waits') + left.count('unmatched')).toBe(1000)
  expect(lines).toEqual([
    expect.stringMatching(/^"fuse" has waited 20 ms for an item of right: items of left/),
  ])
  // A side that comes at last is matched with what waits.
  const right = side('right')
  void right.add(999 * 33)
  await turn()
  expect(left.ends.at(-1)).toBe('processed')
  expect(left.count('waits')).toBe(0)
})

test('when a side has ended, what is left of the other is judged at once', async () => {
  const { side, matches } = joinOf({ ...PATIENT, missing: 'null' })
  const [left, right] = [side('left'), side('right')]
  void left.add(0)
  void left.add(33)
  right.end()
  await turn()
  await turn()
  expect(left.ends).toEqual(['processed', 'processed'])
  expect(matches).toEqual([[['left', 0]], [['left', 33]]])
})

test('while the callback runs the newest matches of live sides wait, and older ones are dropped on all sides', async () => {
  const held = deferred()
  const { side, matches } = joinOf(PATIENT, { deliver: () => held.promise })
  const sides = [side('left', { isLive: true }), side('right', { isLive: true })]
  for (let n = 0; n < 10; n++) for (const each of sides) void each.add(n * 33)
  for (const { ends } of sides)
    expect(ends).toEqual(['waits', ...Array.from({ length: 7 }, () => 'dropped'), 'waits', 'waits'])
  held.resolve()
  await turn()
  for (const { count } of sides) expect(count('processed')).toBe(3)
  expect(matches).toHaveLength(3)
})

test('a match with a side that is not live is not dropped', async () => {
  const held = deferred()
  const { side } = joinOf(PATIENT, { deliver: () => held.promise })
  const [left, right] = [side('left', { isLive: true }), side('right')]
  for (let n = 0; n < 10; n++) for (const each of [left, right]) void each.add(n * 33)
  held.resolve()
  await turn()
  for (const { count } of [left, right]) expect(count('processed')).toBe(10)
})

test('a match with which the callback fails is tried again where a side says so, and fails for all', async () => {
  let attempts = 0
  const deliver = (): Promise<void> =>
    ++attempts === 2 ? Promise.resolve() : Promise.reject(new Error('not now'))
  const { side } = joinOf(PATIENT, { deliver })
  const [left, right] = [side('left'), side('right', { retries: true })]
  for (const each of [left, right]) void each.add(0)
  await turn()
  expect([left.ends, right.ends, attempts]).toEqual([['processed'], ['processed'], 2])
  for (const each of [left, right]) void each.add(100)
  for (let turns = 0; turns < 5; turns++) await turn()
  expect([left.ends[1], right.ends[1], attempts]).toEqual(['failed and logged', 'failed', 4])
})

test('who leaves takes its items along, and waits for what the callback has', async () => {
  const held = deferred()
  const { side } = joinOf(PATIENT, { deliver: () => held.promise })
  const [left, right] = [side('left'), side('right')]
  for (const each of [left, right]) void each.add(0)
  let n = 1
  while (left.add(n * 33) === undefined) n++
  let hasLeft = false
  const leaving = left.leave().then(() => (hasLeft = true))
  await turn()
  expect(hasLeft).toBe(false)
  held.resolve()
  await leaving
  expect([left.count('processed'), left.count('waits')]).toEqual([1, n])
})

test('whatever comes in whatever order, each item ends once, and nothing waits for ever', async () => {
  const step = fc.record({
    side: fc.constantFrom(0, 1, 2),
    gap: fc.integer({ min: -20, max: 60 }),
    turns: fc.integer({ min: 0, max: 1 }),
  })
  const lives = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean())
  const missings = fc.constantFrom('drop' as const, 'last' as const, 'null' as const)
  const course = fc.tuple(fc.array(step, { maxLength: 60 }), lives, missings, fc.boolean())
  await fc.assert(
    fc.asyncProperty(course, async ([steps, isLive, missing, fails]) => {
      const names = ['a', 'b', 'c']
      const deliver = async (): Promise<void> => {
        await turn()
        if (fails) throw new Error('never')
      }
      const { side } = joinOf({ ...PATIENT, missing }, { deliver, names })
      const sides = names.map((name, index) => side(name, { isLive: isLive[index] ?? false }))
      const times = [0, 0, 0]
      for (const { side: index, gap, turns } of steps) {
        const time = (times[index] = (times[index] ?? 0) + gap)
        await sides[index]?.add(time)
        if (turns > 0) await turn()
      }
      for (const { end } of sides) end()
      while (sides.some(({ count }) => count('waits') > 0)) await turn()
    }),
    { numRuns: 40 },
  )
})
