import { expect, test } from 'vitest'
import { Patience } from '../../../../src/runtime/stream/transient/write/patience.js'

const nobody = (): boolean => false

test('who is away is waited for until the time is over, and no longer', () => {
  const patience = new Patience(2000)
  patience.onAway('one', false)
  patience.pass(1000, nobody)
  // A second word of the same departure does not begin anew.
  patience.onAway('one', true)
  expect([patience.isWaiting, patience.expectsReturn, patience.isUsedUp]).toEqual([true, true, false])
  patience.pass(1000, nobody)
  expect([patience.isWaiting, patience.expectsReturn, patience.isUsedUp]).toEqual([false, false, true])
})

test('that it returns stays known, and who is back is waited for no more', () => {
  const patience = new Patience(2000)
  patience.onAway('one', true)
  patience.onAway('one', false)
  expect(patience.expectsReturn).toBe(true)
  patience.onBack('one')
  expect(patience.isWaiting).toBe(false)
})

test('the time of one that lives again, and has only to attach, is not used up', () => {
  const patience = new Patience(1000)
  patience.onAway('one', false)
  patience.onAway('two', false)
  patience.pass(1000, (name) => name === 'one')
  expect(patience.isWaiting).toBe(true)
  patience.pass(1000, nobody)
  expect(patience.isWaiting).toBe(false)
})

test('without patience nobody is waited for', () => {
  const patience = new Patience(0)
  patience.onAway('one', true)
  expect([patience.isWaiting, patience.expectsReturn]).toEqual([false, false])
})
