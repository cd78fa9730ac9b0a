import { BG, BROADCAST, context, NO_RETURN } from 'daffi'
import { describe, expect, test } from 'vitest'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { ownPipeline } from '../../support/pipeline.js'

interface Callbacks {
  add: (...numbers: unknown[]) => number
  now: () => number
  hang: () => void
  note: (text: string, etaMs: number) => void
}

describe('BG', () => {
  test('gives a job at once, which runs no earlier than its delay', async () => {
    const { join } = await ownPipeline<Callbacks>()
    await join('clock', { callbacks: { now: () => Date.now() } })
    const g = await join('caller')
    const start = Date.now()
    const job = await g.call.now().with(BG({ delay: '300ms' }))
    expect(job.ready).toBe(false)
    expect(await job.get()).toBeGreaterThanOrEqual(start + 300)
    expect([job.ready, await job.cancel()]).toEqual([true, false])
  })

  test('a wait can be given up without the job; cancelling reaches the callback', async () => {
    const { join } = await ownPipeline<Callbacks>()
    const begun = deferred()
    const aborted = deferred()
    const hang = async (): Promise<void> => {
      begun.resolve()
      context().signal.addEventListener('abort', () => aborted.resolve())
      await aborted.promise
    }
    await join('slow', { callbacks: { hang } })
    const g = await join('caller')
    const job = await g.call.hang().with(BG)
    await begun.promise
    await expect(job.get({ timeout: '20ms' })).rejects.toMatchObject({ code: 'DAFFI_TIMEOUT' })
    expect([job.ready, await job.cancel(), await job.cancel()]).toEqual([false, true, false])
    await aborted.promise
    await expect(job.get()).rejects.toMatchObject({
      code: 'DAFFI_ABORTED',
      message: `job ${job.id} was cancelled`,
    })
  })

  test('what cannot be sent is no job', async () => {
    const { join } = await ownPipeline<Callbacks>()
    await join('adder', { callbacks: { add: (a: number, b: number): number => a + b } })
    const g = await join('caller')
    await expect(g.call.now().with(BG)).rejects.toMatchObject({ code: 'DAFFI_UNKNOWN_CALLBACK' })
    await expect(g.call.add(1).with(BG)).rejects.toMatchObject({ code: 'DAFFI_ARGUMENT_COUNT' })
    await expect(g.call.add(1, 2).with(BG({ eta: '-1s' }))).rejects.toMatchObject({
      code: 'DAFFI_BAD_DURATION',
    })
    const both = { delay: 1, eta: 1 }
    const refused = await Promise.allSettled([
      g.call.add(1, 2).with(BG(both)),
      g.call.add(1, 2).with(BG({ ...both, durable: true })),
      g.call.add(1, 2).with(NO_RETURN(both)),
      g.call.add(1, 2).with(BROADCAST(both)),
    ])
    for (const outcome of refused) expect(outcome).toMatchObject({ reason: { code: 'DAFFI_USAGE' } })
    const job = await g.call.add(1, 2).with(BG({ eta: '1h' }))
    await g.close()
    await expect(job.get()).rejects.toMatchObject({ code: 'DAFFI_CLOSED' })
  })

  test('a node that leaves before a call is due refuses it', async () => {
    const { join } = await ownPipeline<Callbacks>()
    const adder = await join('adder', { callbacks: { add: (a: number, b: number): number => a + b } })
    const g = await join('caller')
    const job = await g.call
      .add(1, 2)
      .to('adder')
      .with(BG({ eta: '1h' }))
    await g.call.add(1, 2).to('adder')
    await adder.close()
    await expect(job.get()).rejects.toMatchObject({ code: 'DAFFI_CLOSED', remoteCode: 'DAFFI_CLOSED' })
  })
})

test.each([
  ['', BG],
  [', durable', BG({ durable: true })],
])('a chain of nine nodes, each a job of the one before%s', async (_, modifier) => {
  const { join } = await ownPipeline<Record<string, (path: number[]) => number[]>>()
  const names = Array.from({ length: 9 }, (_, index) => `cb${index + 1}`)
  const nodes = names.map((name, index) => {
    const next = names[index + 1]
    const link = async (path: number[]): Promise<unknown> => {
      const sofar = [...path, index + 1]
      if (next === undefined) return sofar
      const job = await context().g.callback(next)(sofar).with(modifier)
      return await job.get()
    }
    return join(`node${index + 1}`, { callbacks: { [name]: link } })
  })
  await Promise.all(nodes)
  const g = await join('caller')
  for (const name of names) await g.waitFunction(name)
  const job = await g.callback('cb1')([]).with(modifier)
  expect(await job.get()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('NO_RETURN and BROADCAST wait for their delay, or eta, where they run, and nobody waits for a silent broadcast', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const noted: string[] = []
  const all = deferred()
  const start = Date.now()
  const noteAs = (name: string) => ({
    callbacks: {
      note: (text: string, etaMs: number): void => {
        noted.push(`${name} ${text} ${Date.now() >= start + etaMs ? 'in time' : 'too early'}`)
        if (noted.length === 5) all.resolve()
      },
    },
  })
  await join('a', noteAs('a'))
  const g = await join('b', noteAs('b'))
  await g.call.note('later', 200).with(NO_RETURN({ delay: '200ms' }))
  await g.call.note('silent', 100).with(BROADCAST({ returnResult: false, delay: '100ms' }))
  await g.call.note('all', 50).with(BROADCAST({ eta: '50ms' }))
  await all.promise
  expect(noted.toSorted()).toEqual([
    'a all in time',
    'a later in time',
    'a silent in time',
    'b all in time',
    'b silent in time',
  ])
})
