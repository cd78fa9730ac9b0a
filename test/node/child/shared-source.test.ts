import { expect, test } from 'vitest'
import { callsThatShare, SharedSource } from '../../../src/runtime/node/child/shared-source.js'
import type { OutputFrame } from '../../../src/runtime/source/index.js'
import type { Items, PushedItems } from '../../../src/runtime/stream/index.js'
import { callPlan, streamPlan } from '../plans.js'

const stream = (source: string, delivery?: 'durable') =>
  callPlan('show', { source, modifier: streamPlan({ delivery }) })

const shared = (source: string, open: () => Items, isLive: boolean) => ({
  open: () => ({ items: open() }),
  calls: [0, 1].map((index) => ({ index, source })),
  isLive,
})

test('calls share a source when several stream it, or a view of it, and durably where it is live', () => {
  const calls = [
    stream('camera'),
    callPlan('add'),
    stream('camera', 'durable'),
    stream('file'),
    stream('file', 'durable'),
    stream('small'),
    stream('part'),
    stream('part', 'durable'),
  ]
  const view = { kind: 'view', size: undefined, fps: undefined, format: undefined } as const
  const sources = { small: { ...view, of: 'camera' }, part: { ...view, of: 'clip' } }
  expect([...callsThatShare(calls, sources, (name) => name === 'camera')]).toEqual([
    [
      'camera',
      [
        { index: 0, source: 'camera' },
        { index: 2, source: 'camera' },
        { index: 5, source: 'small' },
      ],
    ],
    ['clip', [{ index: 6, source: 'part' }]],
  ])
})

/** Takes all items of one call, with their numbers at the source. */
async function taken(items: PushedItems): Promise<unknown[]> {
  const all: unknown[] = []
  const accept = (item: unknown, { item: number }: { item: number }): undefined =>
    void all.push([item, number])
  await items.flowInto({ accept, signal: new AbortController().signal })
  return all
}

test('a source is read once, from when all calls have begun, and again only after its end', async () => {
  let opened = 0
  const open = function* () {
    opened++
    yield* ['a', 'b']
  }
  const source = new SharedSource(shared('letters', open, false))
  const first = source.join(0)
  const firstTaken = taken(first)
  expect(opened).toBe(0)
  const second = source.join(1)
  const secondTaken = taken(second)
  const both = [
    ['a', 0],
    ['b', 1],
  ]
  expect(await Promise.all([firstTaken, secondTaken])).toEqual([both, both])
  source.leave(0, first)
  source.leave(1, second)
  expect(opened).toBe(1)
  expect(await taken(source.join(0))).toEqual(both)
  expect(opened).toBe(2)
})

test('a call that never begins is not waited for', async () => {
  const source = new SharedSource(shared('letters', () => ['a'], false))
  const items = source.join(0)
  source.leave(1)
  expect(await taken(items)).toEqual([['a', 0]])
})

test('the source ends with its last stream, and a failure of the source is one of all of them', async () => {
  let isEnded = false
  const endless = async function* () {
    try {
      for (;;) yield await Promise.resolve('x')
    } finally {
      isEnded = true
    }
  }
  const left = new SharedSource(shared('endless', endless, true))
  const items = left.join(0)
  const flow = taken(items)
  await Promise.resolve()
  left.leave(0, items)
  await flow
  await expect.poll(() => isEnded).toBe(true)

  const broken = function* () {
    yield 'a'
    throw new Error('broken')
  }
  const failing = new SharedSource(shared('failing', broken, false))
  const both = [taken(failing.join(0)), taken(failing.join(1))]
  for (const each of both) await expect(each).rejects.toMatchObject({ code: 'DAFFI_SOURCE_FAILED' })
})

test('calls of a view get its frames, with numbers of its own', async () => {
  const outputs = async function* () {
    yield { output: 'camera', frame: 'a' }
    yield { output: 'small', frame: 'b' }
    yield await Promise.resolve({ output: 'camera', frame: 'c' })
  }
  const calls = ['camera', 'small'].map((source, index) => ({ index, source }))
  const open = () => ({ outputs: outputs() as unknown as AsyncIterable<OutputFrame> })
  const source = new SharedSource({ open, calls, isLive: false })
  const both = [taken(source.join(0)), taken(source.join(1))]
  expect(await Promise.all(both)).toEqual([
    [
      ['a', 0],
      ['c', 1],
    ],
    [['b', 0]],
  ])
})
