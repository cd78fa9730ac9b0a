import { expect, test } from 'vitest'
import { LostSignals } from '../../../src/runtime/node/common/lost-signals.js'

test('a signal aborts with the error of what is lost, and there is another one when it is back', () => {
  const lost = new LostSignals()
  const [first, other] = [lost.signalOf('one'), lost.signalOf('two')]
  lost.set({ one: { code: 'DAFFI_NODE_DIED', message: 'one has failed' } })
  expect(first.reason).toMatchObject({ code: 'DAFFI_NODE_DIED', message: 'one has failed' })
  expect(other.aborted).toBe(false)
  expect(lost.signalOf('one').aborted).toBe(true)
  lost.set({})
  expect(lost.signalOf('one').aborted).toBe(false)
  expect(lost.signalOf('two')).toBe(other)
})
