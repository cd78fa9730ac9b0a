import { context, STREAM, StreamError, type StreamSummary } from 'daffi'
import { expect, test } from 'vitest'
import { deferred } from '../../src/runtime/core/deferred.js'
import { ownPipeline } from '../support/pipeline.js'

interface Callbacks {
  fuse: (item: unknown) => unknown
  take: (n: number) => void
}

/** A picture, since only frames say themselves when they were captured. */
const frame = (n: number, time: number, side = 1): unknown => ({
  width: side,
  height: side,
  format: 'gray',
  data: new Uint8Array(side * side).fill(n),
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

/** So large that each is a record of its own, which is acknowledged by itself. */
const LARGE = 400

test('durable: what waited for a partner when its node left comes again, and is joined there', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const pairs: unknown[][] = []
  const first = deferred()
  const fuse = ({ left, right }: Record<string, { data: Uint8Array }>): void => {
    pairs.push([left?.data[0], right?.data[0]])
    first.resolve()
  }
  const options = { fuse: { join: {} } }
  const before = await join('middle', { callbacks: { fuse }, options })
  const g = await join('writer')
  const back = deferred()
  async function* late(): AsyncGenerator {
    yield frame(0, START, LARGE)
    await back.promise
    for (const n of [1, 2]) yield frame(n, START + n * 33, LARGE)
  }
  const durable = (as: string): ReturnType<typeof STREAM> => STREAM({ as, name: as, delivery: 'durable' })
  const streams = Promise.all([
    g.call.fuse([0, 1, 2].map((n) => frame(n, START + n * 33, LARGE))).with(durable('left')),
    g.call.fuse(late()).with(durable('right')),
  ])
  await first.promise
  await before.close()
  await join('middle', { callbacks: { fuse }, options })
  back.resolve()
  for (const { receivers } of await streams) {
    expect(receivers).toMatchObject({ middle: { state: 'finished', unmatched: 0, lost: 0, failed: 0 } })
  }
  // The first pair may not have been acknowledged.
  expect(pairs.filter(([left]) => left !== 0)).toEqual([
    [1, 1],
    [2, 2],
  ])
})

test('a stream that has no name for a callback that joins, or one for a callback that does not, fails with it', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const callbacks = { fuse: (_item: unknown) => undefined, take: (_n: number) => undefined }
  await join('middle', { callbacks, options: { fuse: { join: {} } } })
  const g = await join('writer')
  const failure = (stream: PromiseLike<unknown>): Promise<unknown> =>
    Promise.resolve(stream).then(
      () => undefined,
      (reason: unknown) =>
        reason instanceof StreamError ? reason.summary.receivers.middle?.error?.code : reason,
    )
  expect(await failure(g.call.fuse([1]).with(STREAM))).toBe('DAFFI_JOIN_SIDE')
  expect(await failure(g.call.take([1]).with(STREAM({ as: 'left' })))).toBe('DAFFI_JOIN_SIDE')
  const shared = failure(g.call.fuse([1]).with(STREAM({ as: 'left', share: true })))
  expect(await shared).toMatchObject({ code: 'DAFFI_USAGE' })
  const both = join('both', { callbacks, options: { fuse: { join: {}, batch: {} } } })
  await expect(both).rejects.toMatchObject({ code: 'DAFFI_USAGE' })
})
