import { BG, BROADCAST, FG, NO_RETURN } from 'daffi'
import { expect, test } from 'vitest'
import { ownPipeline } from '../support/pipeline.js'

interface Callbacks {
  add: (a: number, b: number) => Promise<number>
  later: () => string
}

const TIMEOUT = { timeout: '30 days' }

test('durations may be longer than the longest timer of JavaScript', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const g = await join('caller')
  const waiting = g.waitProcess('adder', TIMEOUT)
  // So that a timer which fires at once would do so before there is an answer.
  const add = async (a: number, b: number): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, 50))
    return a + b
  }
  await join('adder', { callbacks: { add, later: () => 'too soon' }, options: { add: TIMEOUT } })
  await waiting
  expect(await g.call.add(1, 2).with(FG(TIMEOUT))).toBe(3)
  expect(await g.call.add(1, 2).with(BROADCAST(TIMEOUT))).toEqual({ adder: 3 })
  expect(await (await g.call.add(1, 2).with(BG(TIMEOUT))).get(TIMEOUT)).toBe(3)
  expect(await (await g.call.add(1, 2).with(BG({ ...TIMEOUT, durable: true }))).get(TIMEOUT)).toBe(3)
  await g.call.later().with(NO_RETURN({ delay: '30 days' }))
  const job = await g.call.later().with(BG({ delay: '30 days' }))
  await g.call.add(1, 2)
  expect(job.ready).toBe(false)
  expect(await job.cancel()).toBe(true)
  await expect(job.get()).rejects.toMatchObject({ code: 'DAFFI_ABORTED' })
})
