import { BG, BROADCAST, FG, NO_RETURN, RemoteError, STREAM, StreamError, type Job } from 'daffi'
import { expect, test } from 'vitest'
import { readThrown } from '../../src/runtime/core/thrown/read-thrown.js'
import { ownPipeline } from '../support/pipeline.js'
import { THROWN } from '../support/thrown.js'

interface Callbacks {
  fail: (index: number) => never
  failLater: (index: number) => Promise<never>
  failAfterItem: (index: number) => Generator<number>
  give: () => unknown
  rejects: () => Generator
}

const circular = new Error('round')
circular.cause = circular

const ALL: unknown[] = [
  ...THROWN.map(([, thrown]) => thrown),
  new Error('x'.repeat(5e6)),
  Object.assign(new Error('two lines'), { code: 'A\r\nB' }),
  new Error('caused', { cause: Object.create(null) }),
  circular,
]
const TEXTS = ALL.map((thrown) => readThrown(thrown).message.slice(0, 1000))

const callbacks = {
  fail: (index: number): never => {
    throw ALL[index]
  },
  failLater: async (index: number): Promise<never> => {
    await Promise.resolve()
    throw ALL[index]
  },
  failAfterItem: function* (index: number): Generator<number> {
    yield 1
    throw ALL[index]
  },
  give: (): unknown => ({
    get field(): never {
      throw new RangeError('no field')
    },
  }),
  rejects: function* (): Generator {
    yield 1
    yield Promise.reject(new RangeError('no promise'))
  },
}

/** The beginning of the message of each error, in order. */
async function messagesOf(errors: Promise<unknown>[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(errors)
  return settled.map((each) => {
    if (each.status === 'fulfilled') return each
    expect(each.reason).toBeInstanceOf(RemoteError)
    return (each.reason as Error).message.slice(0, 1000)
  })
}

async function iterated(items: AsyncIterable<number>): Promise<void> {
  for await (const item of items) expect(item).toBe(1)
}

test('whatever a callback throws is an error with a text at its caller, and the node lives', async () => {
  const { join } = await ownPipeline<Callbacks>()
  await join('broken', { callbacks })
  const g = await join('caller')
  const all = [...ALL.keys()]
  const durable = (index: number): Promise<unknown> =>
    g.call
      .fail(index)
      .with(BG({ durable: true }))
      .then((job: Job) => job.get())
  expect(await messagesOf(all.map((index) => g.call.fail(index).with(FG)))).toEqual(TEXTS)
  expect(await messagesOf(all.map((index) => g.call.failLater(index).with(FG)))).toEqual(TEXTS)
  expect(await messagesOf(all.map(durable))).toEqual(TEXTS)
  expect(await messagesOf(all.map((index) => iterated(g.call.failAfterItem(index))))).toEqual(TEXTS)
  const broadcasts = await Promise.all(all.map((index) => g.call.fail(index).with(BROADCAST)))
  expect(broadcasts.map(({ broken }) => (broken as Error).message.slice(0, 1000))).toEqual(TEXTS)
  // Their errors are logged: a few will do.
  for (const index of all.filter((each) => each % 9 === 0)) {
    await g.call.fail(index).with(NO_RETURN)
    const error = await g
      .callback('fail')([index])
      .with(STREAM)
      .then(undefined, (reason: unknown) => reason)
    expect(error).toBeInstanceOf(StreamError)
    expect((error as Error).message).toContain(`broken stopped: "fail" threw at item 0: `)
  }
})

test('a result that throws while it is encoded is an error of the call, also of a durable job', async () => {
  const { join } = await ownPipeline<Callbacks>()
  await join('broken', { callbacks })
  const g = await join('caller')
  const job = await g.call.give().with(BG({ durable: true }))
  const message = expect.stringMatching(/: RangeError: no field \(.*thrown\.test\.ts:\d+\)$/) as string
  for (const outcome of [g.call.give().with(FG), job.get()])
    await expect(outcome).rejects.toMatchObject({ code: 'DAFFI_UNSENDABLE', message })
})

test('a promise that a generator yields and that rejects is an error of the call', async () => {
  const { join } = await ownPipeline<Callbacks>()
  await join('broken', { callbacks })
  const g = await join('caller')
  const error = { remoteName: 'RangeError', message: 'no promise' }
  await expect(iterated(g.call.rejects() as AsyncIterable<number>)).rejects.toMatchObject(error)
  await expect(g.call.rejects().with(FG)).rejects.toMatchObject(error)
})

test("the stack is the callback's own, and an error of a third node stays that node's", async () => {
  const { join } = await ownPipeline<Callbacks & { pass: () => Promise<unknown> }>()
  await join('broken', { callbacks })
  const between = await join('between', { callbacks: { pass: async () => await between.call.fail(21) } })
  const g = await join('caller')
  for (const call of [g.call.fail(21), g.call.pass()]) {
    const error = (await call.then(undefined, (reason: unknown) => reason)) as RemoteError
    expect(error).toMatchObject({ node: 'broken', remoteName: 'TypeError', message: 'a text' })
  }
})
