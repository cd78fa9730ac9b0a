import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomSchedule } from './schedule.js'
import { SEEDS_THAT_FAILED } from './seeds-that-failed.js'
import { installSimulation, simulate, type Violation } from './simulate.js'

/** Schedules of each kind; `npm run simulate` runs as many as one likes. `SEED=n` runs that one alone. */
const PRESENCE = 500
const STREAMS = 80

let uninstall: () => void
beforeAll(() => {
  uninstall = installSimulation()
})
afterAll(() => uninstall())

async function violations(count: number, streams: boolean): Promise<Violation[]> {
  const { SEED } = process.env
  const first = Array.from({ length: count }, (_, index) => index + 1)
  const seeds = SEED === undefined ? [...(streams ? SEEDS_THAT_FAILED : []), ...first] : [Number(SEED)]
  const found: Violation[] = []
  for (const seed of seeds) {
    const violation = await simulate(randomSchedule(seed, streams))
    if (violation) found.push(violation)
  }
  return found
}

test('whatever happens to nodes and network, those that live know each other in the end', async () => {
  expect(await violations(PRESENCE, false)).toEqual([])
})

test('whatever happens to nodes and network, streams go on, and every item is accounted for', async () => {
  expect(await violations(STREAMS, true)).toEqual([])
})
