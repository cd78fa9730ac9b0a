import { expect, test } from 'vitest'
import { callsThatShare, SharedSource } from '../../../src/runtime/node/child/shared-source.js'
import type { PushedItems } from '../../../src/runtime/stream/index.js'
import { callPlan, streamPlan } from '../plans.js'

const stream = (source: string, delivery?: 'durable') =>
  callPlan('show', { source, modifier: streamPlan({ delivery }) })

test('calls share a source when several stream it, and not durably', () => {
  const calls = [
    stream('camera'),
    callPlan('add'),
    stream('camera'),
    stream('file'),
    stream('camera', 'durable'),
  ]
  expect([...callsThatShare(calls)]).toEqual([['camera', [0, 2]]])
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
  const source = new SharedSource({ name: 'letters', open, calls: [0, 1], isLive: false })
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
  const source = new SharedSource({ name: 'letters', open: () => ['a'], calls: [0, 1], isLive: false })
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
  const left = new SharedSource({ name: 'endless', open: endless, calls: [0, 1], isLive: true })
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
  const failing = new SharedSource({ name: 'failing', open: broken, calls: [0, 1], isLive: false })
  const both = [taken(failing.join(0)), taken(failing.join(1))]
  for (const each of both) await expect(each).rejects.toMatchObject({ code: 'DAFFI_SOURCE_FAILED' })
})
