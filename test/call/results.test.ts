import { context, STREAM } from 'daffi'
import { expect, test } from 'vitest'
import { ownPipeline } from '../support/pipeline.js'

interface Callbacks {
  half: (n: number) => number | undefined
  take: (n: number) => void
}

test('a program streams on what its callback returns, until the streams to it have ended', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const taken: unknown[] = []
  const take = (n: number): void => {
    const { origin, from } = context()
    taken.push([n, origin?.source, origin?.item, from])
  }
  await join('last', { callbacks: { take } })
  const middle = await join('middle', {
    callbacks: { half: (n: number) => (n % 2 === 0 ? n / 2 : undefined) },
  })
  await middle.waitFunction('take')
  const results = middle.call.take().with(STREAM({ resultsOf: 'half' }))
  const g = await join('first')
  await g.call.half([0, 1, 2, 3, 4]).with(STREAM({ source: 'numbers' }))
  const { items, source, results_of: resultsOf, receivers } = await results
  expect({ items, source, resultsOf }).toEqual({ items: 3, source: null, resultsOf: 'half' })
  expect(receivers).toMatchObject({ last: { state: 'finished', processed: 3 } })
  expect(taken).toEqual([
    [0, 'numbers', 0, 'middle'],
    [1, 'numbers', 2, 'middle'],
    [2, 'numbers', 4, 'middle'],
  ])
})

test('a stage is held back by the streams of its results, and takes what several streams bring', async () => {
  const { join } = await ownPipeline<Callbacks>()
  let taken = 0
  let release: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (release = resolve))
  const take = async (_item: unknown): Promise<void> => {
    await gate
    taken++
  }
  await join('last', { callbacks: { take } })
  let halved = 0
  const half = (n: number): Buffer => {
    halved++
    return Buffer.alloc(4_000_000, n)
  }
  const middle = await join('middle', { callbacks: { half } })
  await middle.waitFunction('take')
  // A ring of 16 MiB, so that few of the results can wait in it.
  const results = middle.call.take().with(STREAM({ resultsOf: 'half', shm: { bytes: '16 MiB' } }))
  const g = await join('first')
  const streams = [0, 1].map((n) => g.call.half(Array.from({ length: 20 }, () => n)).with(STREAM))
  await expect.poll(() => halved).toBeGreaterThan(1)
  const held = halved
  expect(held).toBeLessThan(20)
  release()
  for (const { receivers } of await Promise.all(streams))
    expect(receivers).toMatchObject({ middle: { processed: 20, lost: 0 } })
  expect((await results).receivers).toMatchObject({ last: { processed: 40, lost: 0 } })
  expect(taken).toBe(40)
})

test('a result that cannot be sent is a failure of its item', async () => {
  const { join } = await ownPipeline<Callbacks>()
  await join('last', { callbacks: { take: (_n: number) => undefined } })
  const half = (n: number): unknown => (n === 1 ? () => n : n)
  const middle = await join('middle', { callbacks: { half } })
  await middle.waitFunction('take')
  const results = middle.call.take().with(STREAM({ resultsOf: 'half' }))
  const g = await join('first')
  const { receivers } = await g.call.half([0, 1, 2]).with(STREAM({ onError: 'skip' }))
  expect(receivers).toMatchObject({ middle: { processed: 2, failed: 1 } })
  expect((await results).items).toBe(2)
})

test('what a generator has yielded before it threw comes once, also when the item is given again', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const taken: number[] = []
  await join('last', { callbacks: { take: (n: number) => void taken.push(n) } })
  let attempts = 0
  const half = function* (n: number): Generator<number> {
    yield n
    if (n === 1 && ++attempts < 3) throw new Error('not yet')
    yield -n
  }
  const middle = await join('middle', { callbacks: { half } })
  await middle.waitFunction('take')
  const results = middle.call.take().with(STREAM({ resultsOf: 'half' }))
  const g = await join('first')
  await g.call.half([1, 2]).with(STREAM({ onError: 'retry', retry: { delay: 0.01 } }))
  await results
  expect(taken).toEqual([1, -1, 2, -2])
})

test('results of a callback that this process does not offer are refused', async () => {
  const { join } = await ownPipeline<Callbacks>()
  await join('last', { callbacks: { take: (_n: number) => undefined } })
  const g = await join('first')
  await g.waitFunction('take')
  await expect(g.call.take().with(STREAM({ resultsOf: 'half' }))).rejects.toMatchObject({
    code: 'DAFFI_UNKNOWN_CALLBACK',
  })
})
