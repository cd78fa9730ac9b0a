import { expect, test } from 'vitest'
import { Unmet } from '../../../src/runtime/node/child/unmet.js'

test('the signal of a call aborts with its error, and the next attempt waits again when the node is back', () => {
  const unmet = new Unmet()
  const [first, other] = [unmet.signalOf(0), unmet.signalOf(1)]
  unmet.set({ 0: { code: 'DAFFI_NODE_DIED', message: 'show waits for one, which has failed' } })
  expect(first.reason).toMatchObject({
    code: 'DAFFI_NODE_DIED',
    message: expect.stringMatching(/^show/) as string,
  })
  expect(other.aborted).toBe(false)
  expect(unmet.signalOf(0).aborted).toBe(true)
  unmet.set({})
  expect(unmet.signalOf(0).aborted).toBe(false)
  expect(unmet.signalOf(1)).toBe(other)
})
