import { expect, test } from 'vitest'
import { Backlog } from '../../../../src/runtime/stream/durable/write/backlog.js'

const MIB = 1024 * 1024

/** Messages of 1 MiB, numbered from 1. */
function filled(limit: number, messages: number): Backlog {
  const backlog = new Backlog(limit * MIB)
  for (let sequence = 1; sequence <= messages; sequence++) backlog.add(sequence, MIB)
  return backlog
}

test('there is room as long as what is not done leaves some', () => {
  const backlog = filled(100, 90)
  expect(backlog.hasRoom(MIB)).toBe(false)
  backlog.release(1)
  expect(backlog.hasRoom(MIB)).toBe(true)
  expect(backlog.hasRoom(2 * MIB)).toBe(false)
})

test('one item always has room where nothing else waits, if it can be kept at all', () => {
  expect(filled(100, 0).hasRoom(99 * MIB)).toBe(true)
  expect(filled(100, 0).canHold(90 * MIB)).toBe(true)
  expect(filled(100, 0).canHold(91 * MIB)).toBe(false)
})

test('nothing goes before the stream is nearly full, then a tenth at a time', () => {
  const backlog = filled(100, 95)
  backlog.release(95)
  expect(backlog.prune()).toBeUndefined()
  backlog.add(96, MIB)
  expect(backlog.prune()).toBe(12)
  expect(backlog.prune()).toBeUndefined()
})

test('what somebody needs never goes', () => {
  const backlog = filled(100, 98)
  expect(backlog.prune()).toBeUndefined()
  backlog.release(3)
  expect(backlog.prune()).toBe(4)
  expect(backlog.prune()).toBeUndefined()
})

test('what was there before goes first, by estimate', () => {
  const backlog = new Backlog(100 * MIB)
  backlog.addDone({ first: 101, last: 300, bytes: 50 * MIB })
  for (let sequence = 301; sequence <= 346; sequence++) backlog.add(sequence, MIB)
  expect(backlog.hasRoom(MIB)).toBe(true)
  expect(backlog.prune()).toBe(101 + 4 * 11)
})

test('a stream that was empty keeps nothing', () => {
  const backlog = new Backlog(MIB)
  backlog.addDone({ first: 0, last: 0, bytes: 0 })
  expect(backlog.prune()).toBeUndefined()
})
