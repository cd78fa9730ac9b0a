import { beforeEach, describe, expect, test } from 'vitest'
import { DaffiError } from '../../src/runtime/core/errors.js'
import type { Progress } from '../../src/runtime/stream/messages.js'
import { Receivers, type Position } from '../../src/runtime/stream/receivers.js'

const peer = { name: 'viewer', incarnation: 'one' }
const died = new DaffiError('DAFFI_NODE_DIED', 'gone')
let receivers: Receivers

const progress = (given: Partial<Progress> = {}): Progress => ({
  node: 'viewer',
  incarnation: 'one',
  pid: 1,
  lane: 'jetstream',
  state: 'attached',
  attach: 1,
  loaded: 0,
  processed: 0,
  dropped: 0,
  failed: 0,
  error: null,
  latencyMs: null,
  ...given,
})

const at = (items: number, stored = 0): Position => ({ items, next: items, stored: () => stored })

beforeEach(() => {
  receivers = new Receivers(false)
  receivers.invite(peer)
})

describe('every item is accounted for', () => {
  test('of one that finished', () => {
    receivers.report(progress({ attach: 0 }), at(0))
    receivers.report(progress({ state: 'finished', processed: 7, dropped: 2, failed: 1 }), at(10))
    expect(receivers.summary(10)).toMatchObject({
      viewer: { state: 'finished', attaches: 1, offered: 10, processed: 7, dropped: 2, failed: 1, lost: 0 },
    })
    expect(receivers.pending).toEqual([])
  })

  test('of one that died: what it was offered and did not report is lost', () => {
    receivers.report(progress({ attach: 0 }), at(0))
    receivers.report(progress({ processed: 3 }), at(5))
    receivers.depart(peer, 'died', 8, died)
    expect(receivers.summary(20)).toMatchObject({
      viewer: { state: 'died', offered: 8, processed: 3, lost: 5, error: { code: 'DAFFI_NODE_DIED' } },
    })
  })

  test('of one that came late: only what was yielded since', () => {
    receivers.report(progress({ attach: 0 }), at(6))
    receivers.report(progress({ state: 'finished', processed: 4 }), at(10))
    expect(receivers.summary(10)).toMatchObject({ viewer: { offered: 4, processed: 4, lost: 0 } })
  })

  test('of one that came back, in one entry', () => {
    receivers.report(progress({ attach: 0 }), at(0))
    receivers.report(progress({ processed: 2 }), at(3))
    receivers.depart(peer, 'died', 4, died)
    receivers.invite({ ...peer, incarnation: 'two' })
    receivers.report(progress({ incarnation: 'two', attach: 0 }), at(10))
    receivers.report(progress({ incarnation: 'two', attach: 2, state: 'finished', processed: 5 }), at(15))
    expect(receivers.summary(15)).toEqual({
      viewer: {
        lane: 'jetstream',
        state: 'finished',
        attaches: 2,
        error: null,
        offered: 9,
        processed: 7,
        dropped: 0,
        failed: 0,
        lost: 2,
        latencyMs: null,
      },
    })
  })
})

test('counts of an earlier attach are not taken for those of the new one', () => {
  receivers.report(progress({ attach: 0 }), at(0))
  receivers.depart(peer, 'died', 4, died)
  expect(receivers.invite(peer)).toBe(true)
  receivers.report(progress({ attach: 1, processed: 4, loaded: 999 }), at(10, 50))
  expect(receivers.summary(10)).toMatchObject({ viewer: { attaches: 2, offered: 4, processed: 0, lost: 4 } })
  expect(receivers.demand('jetstream').slowest(60)).toBe(50)
})

test('the slowest sets the pace, counted from where it attached', () => {
  receivers.report(progress({ attach: 0 }), at(0))
  receivers.invite({ name: 'late', incarnation: 'two' })
  receivers.report(progress({ incarnation: 'two', attach: 0 }), at(5, 100))
  receivers.report(progress({ loaded: 150 }), at(9))
  receivers.report(progress({ incarnation: 'two', attach: 2, loaded: 20 }), at(9))
  expect(receivers.demand('jetstream').slowest(200)).toBe(120)
  receivers.depart({ name: 'late', incarnation: 'two' }, 'left', 9, died)
  expect(receivers.demand('jetstream').slowest(200)).toBe(150)
})

test('a run of a node is invited once', () => {
  expect(receivers.invite(peer)).toBe(false)
  expect(receivers.absent()).toEqual(['one'])
})
