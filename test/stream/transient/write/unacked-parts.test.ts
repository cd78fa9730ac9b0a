import { expect, test } from 'vitest'
import { UnackedParts } from '../../../../src/runtime/stream/transient/write/unacked-parts.js'

test('parts are needed until as much was loaded as was sent with them, whatever others have in between', () => {
  const outstanding = new UnackedParts()
  outstanding.add(100, 10)
  outstanding.add(500, 20)
  expect([outstanding.oldest, outstanding.has(100), outstanding.has(300)]).toEqual([90, true, false])
  outstanding.settle(10)
  expect([outstanding.oldest, outstanding.has(100), outstanding.has(500)]).toEqual([480, false, true])
  outstanding.settle(29)
  expect(outstanding.has(500)).toBe(true)
  outstanding.settle(30)
  expect([outstanding.oldest, outstanding.has(500)]).toEqual([undefined, false])
})
