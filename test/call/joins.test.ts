import { context, STREAM, type StreamSummary } from 'daffi'
import { expect, test } from 'vitest'
import { ownPipeline } from '../support/pipeline.js'

interface Callbacks {
  fuse: (item: unknown) => unknown
  take: (n: number) => void
}

/** A picture of one pixel, since only frames say themselves when they were captured. */
const frame = (n: number, time: number): unknown => ({
  width: 1,
  height: 1,
  format: 'gray',
  data: new Uint8Array([n]),
  time,
  sequence: 0,
})
const START = 1_800_000_000_000

test('items that were captured at the same time come together, and results are those of the first side', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const taken: unknown[] = []
  const take = (sum: number): void => {
    const { origin } = context()
    taken.push([sum, origin?.source, origin?.item])
  }
  await join('last', { callbacks: { take } })
  const origins: unknown[] = []
  const fuse = ({ left, right }: Record<string, { data: Uint8Array }>): number => {
    const { origin, origins: of } = context()
    origins.push([origin, of?.map(({ source, item }) => `${source} ${item}`)])
    return (left?.data[0] ?? 0) + (right?.data[0] ?? 0)
  }
  const options = { fuse: { join: { within: '15ms' } } }
  const middle = await join('middle', { callbacks: { fuse }, options })
  await middle.waitFunction('take')
  const results = middle.call.take().with(STREAM({ resultsOf: 'fuse' }))
  const g = await join('first')
  const times = (of: number[], n: number): unknown[] => of.map((time) => frame(n, START + time))
  const side = (as: string, of: number[], n: number): Promise<StreamSummary> =>
    g.call.fuse(times(of, n)).with(STREAM({ as, source: as }))
  const [left, right] = await Promise.all([
    side('left', [0, 33, 66, 100, 500], 10),
    side('right', [10, 60, 95, 133, 166], 1),
  ])
  expect(left).toMatchObject({ as: 'left', receivers: { middle: { processed: 3, unmatched: 2, lost: 0 } } })
  expect(right).toMatchObject({ as: 'right', receivers: { middle: { processed: 3, unmatched: 2, lost: 0 } } })
  expect((await results).items).toBe(3)
  expect(taken).toEqual([0, 2, 3].map((item) => [11, 'left', item]))
  expect(origins).toEqual([0, 2, 3].map((n, i) => [undefined, [`left ${n}`, `right ${i}`]]))
})
