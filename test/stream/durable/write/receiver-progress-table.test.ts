import { expect, test } from 'vitest'
import type { DurableProgress } from '../../../../src/runtime/stream/protocol/durable-messages.js'
import { ReceiverProgressTable } from '../../../../src/runtime/stream/durable/write/receiver-progress-table.js'

const PEER = { name: 'one', incarnation: 'a' }

function report(changes: Partial<DurableProgress>): DurableProgress {
  return {
    node: 'one',
    incarnation: 'a',
    reader: 'r1',
    state: 'attached',
    first: 0,
    position: 0,
    floor: 0,
    kept: 1,
    failed: 0,
    lost: 0,
    error: null,
    latencyMs: null,
    ...changes,
  }
}

function table(): ReceiverProgressTable {
  const receivers = new ReceiverProgressTable(1)
  receivers.invite(PEER)
  return receivers
}

test('what was discarded while a receiver was away is lost for it', () => {
  const receivers = table()
  receivers.onProgress(report({ position: 100, floor: 101 }))
  receivers.depart(PEER, 'died')
  const again = { reader: 'r2', first: 150, kept: 152, state: 'finished' } as const
  receivers.onProgress(report({ ...again, position: 200, floor: 202 }))
  expect(receivers.summary(200)['one']).toMatchObject({ attaches: 2, offered: 200, processed: 150, lost: 50 })
})

test('what it has processed without saying so is not', () => {
  const receivers = table()
  receivers.onProgress(report({ position: 100, floor: 101 }))
  receivers.onProgress(report({ reader: 'r2', first: 110, kept: 50, position: 200, floor: 202 }))
  expect(receivers.summary(200)['one']).toMatchObject({ offered: 200, processed: 200, lost: 0 })
})

test('what a receiver that is away has not had is not lost: it is kept, and offered when it is back', () => {
  const receivers = table()
  receivers.onProgress(report({ position: 100, floor: 101 }))
  receivers.depart(PEER, 'died')
  expect(receivers.summary(200)['one']).toMatchObject({ offered: 100, processed: 100, lost: 0 })
})

test('across sessions the place of its consumer counts', () => {
  const receivers = new ReceiverProgressTable(1)
  receivers.expect('one', { ackFloor: 11, position: 10 })
  receivers.invite(PEER)
  receivers.onProgress(report({ first: 15, kept: 17, position: 20, floor: 22, state: 'finished' }))
  expect(receivers.summary(20)['one']).toMatchObject({ offered: 10, processed: 5, lost: 5 })
})

test('a receiver that left, or was taken for gone, keeps its place and is attached again by its word', () => {
  const receivers = table()
  receivers.onProgress(report({ position: 5, floor: 6, state: 'left' }))
  receivers.depart(PEER, 'died')
  expect(receivers.ackFloor).toBe(6)
  expect(receivers.isPending()).toBe(true)
  expect(receivers.review([PEER], () => false)).toEqual(['a'])
  receivers.onProgress(report({ position: 5, floor: 6 }))
  expect(receivers.present).toBe(true)
  expect(receivers.review([PEER], () => false)).toEqual([])
})

test('one whose callback has failed is over, until its node begins another life', () => {
  const receivers = table()
  receivers.onProgress(report({ position: 5, floor: 6, state: 'stopped' }))
  expect(receivers.isPending()).toBe(false)
  expect(receivers.review([PEER], () => false)).toEqual([])
  const reborn = { name: 'one', incarnation: 'b' }
  expect(receivers.review([reborn], () => false)).toEqual(['b'])
})

test('one that never came and is not there any more has died, unless it is suspected', () => {
  const receivers = table()
  receivers.review([], (incarnation) => incarnation === 'a')
  expect(receivers.present).toBe(true)
  receivers.review([], () => false)
  expect(receivers.present).toBe(false)
})
