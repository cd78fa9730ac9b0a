import { expect, test } from 'vitest'
import type { Callback } from '../../../src/runtime/callback/index.js'
import type { Invocation } from '../../../src/runtime/call/api/context.js'
import { CallGate } from '../../../src/runtime/call/invoke/call-gate.js'
import { CallCounter } from '../../../src/runtime/call/invoke/call-stats.js'

const gateOf = (options: Callback['options']): CallGate => new CallGate({ name: 'work', options } as Callback)
const invocation = (abort = new AbortController()): Invocation => ({ abort }) as unknown as Invocation

test('the time for which a call waits for its turn, and calls that are given up meanwhile, do not count', async () => {
  const gate = gateOf({ rate: { limit: 1, perMs: 150, by: undefined } })
  const counter = new CallCounter()
  const work = (): string => 'done'
  const leaving = new AbortController()
  const first = gate.pass(invocation(), work, undefined, undefined, counter)
  const given = gate.pass(invocation(leaving), work, undefined, undefined, counter)
  leaving.abort(new Error('given up'))
  await expect(given).rejects.toThrow('given up')
  const second = gate.pass(invocation(), work, undefined, undefined, counter)
  expect(await Promise.all([first, second])).toEqual(['done', 'done'])
  const { answered, failed, seconds } = counter.counts
  expect([answered, failed]).toEqual([2, 0])
  expect(seconds).toBeLessThan(0.1)
})

test('a call that takes too long has failed', async () => {
  const counter = new CallCounter()
  const never = (): Promise<unknown> => new Promise(() => undefined)
  const late = gateOf({ timeoutMs: 1 }).pass(invocation(), never, undefined, undefined, counter)
  await expect(late).rejects.toMatchObject({ code: 'DAFFI_CALLBACK_TIMEOUT' })
  expect(counter.counts).toMatchObject({ answered: 1, failed: 1 })
})
