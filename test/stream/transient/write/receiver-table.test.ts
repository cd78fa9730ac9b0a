import { beforeEach, describe, expect, test } from 'vitest'
import { DaffiError } from '../../../../src/runtime/core/errors.js'
import { leastLoaded } from '../../../../src/runtime/stream/transient/write/receiver-session.js'
import {
  ReceiverTable,
  type StreamPosition,
} from '../../../../src/runtime/stream/transient/write/receiver-table.js'
import { progressOf as progress } from '../../../support/progress.js'

const peer = { name: 'viewer', incarnation: 'one' }
const died = new DaffiError('DAFFI_NODE_DIED', 'gone')
let receivers: ReceiverTable

const at = (items: number, stored = 0): StreamPosition => ({ next: items, stored, open: true })

beforeEach(() => {
  receivers = new ReceiverTable({ share: false, live: false })
  receivers.invite(peer)
})

describe('every item is accounted for', () => {
  test('of one that finished', () => {
    receivers.onProgress(progress({ attach: 0 }), at(0))
    receivers.onProgress(progress({ state: 'finished', processed: 7, dropped: 2, failed: 1 }), at(10))
    expect(receivers.summary(10)).toMatchObject({
      viewer: { state: 'finished', attaches: 1, offered: 10, processed: 7, dropped: 2, failed: 1, lost: 0 },
    })
    expect(receivers.pending).toEqual([])
  })

  test('of one that died: what it was offered and did not report is lost', () => {
    receivers.onProgress(progress({ attach: 0 }), at(0))
    receivers.onProgress(progress({ processed: 3 }), at(5))
    receivers.depart(peer, 'died', 8, died)
    expect(receivers.summary(20)).toMatchObject({
      viewer: { state: 'died', offered: 8, processed: 3, lost: 5, error: { code: 'DAFFI_NODE_DIED' } },
    })
  })

  test('of one that has not given its final counts when nobody is waited for any more', () => {
    receivers.onProgress(progress({ attach: 0 }), at(0))
    receivers.onProgress(progress({ processed: 3 }), at(5))
    receivers.giveUp(8)
    expect(receivers.summary(8)).toMatchObject({
      viewer: { state: 'died', offered: 8, processed: 3, lost: 5, error: { code: 'DAFFI_TIMEOUT' } },
    })
  })

  test('of one that came late: only what was yielded since', () => {
    receivers.onProgress(progress({ attach: 0 }), at(6))
    receivers.onProgress(progress({ state: 'finished', processed: 4 }), at(10))
    expect(receivers.summary(10)).toMatchObject({ viewer: { offered: 4, processed: 4, lost: 0 } })
  })

  test('of one that came back, in one entry', () => {
    receivers.onProgress(progress({ attach: 0 }), at(0))
    receivers.onProgress(progress({ processed: 2 }), at(3))
    receivers.depart(peer, 'died', 4, died)
    receivers.invite({ ...peer, incarnation: 'two' })
    receivers.onProgress(progress({ incarnation: 'two', attach: 0 }), at(10))
    receivers.onProgress(progress({ incarnation: 'two', attach: 2, state: 'finished', processed: 5 }), at(15))
    expect(receivers.summary(15)).toEqual({
      viewer: {
        lane: 'jetstream',
        state: 'finished',
        attaches: 2,
        error: null,
        offered: 15,
        processed: 7,
        dropped: 0,
        failed: 0,
        // Two in its hand, and six that went out while nobody received.
        lost: 8,
        latencyMs: null,
      },
    })
  })
})

test('counts of an earlier attach are added to that one, and not taken for those of the new one', () => {
  receivers.onProgress(progress({ attach: 0 }), at(0))
  receivers.depart(peer, 'died', 4, died)
  expect(receivers.summary(4)).toMatchObject({ viewer: { offered: 4, processed: 0, lost: 4 } })
  expect(receivers.invite(peer)).toBe(true)
  receivers.onProgress(progress({ attach: 1, processed: 4, loaded: 999 }), at(10, 50))
  expect(receivers.summary(10)).toMatchObject({ viewer: { attaches: 2, offered: 10, processed: 4, lost: 6 } })
  expect(receivers.demand('jetstream').slowest(60)).toBe(50)
})

test('the slowest sets the pace, counted from where it attached', () => {
  receivers.onProgress(progress({ attach: 0 }), at(0))
  receivers.invite({ name: 'late', incarnation: 'two' })
  receivers.onProgress(progress({ node: 'late', incarnation: 'two', attach: 0 }), at(5, 100))
  receivers.onProgress(progress({ loaded: 150 }), at(9))
  receivers.onProgress(progress({ node: 'late', incarnation: 'two', attach: 2, loaded: 20 }), at(9))
  expect(receivers.demand('jetstream').slowest(200)).toBe(120)
  receivers.depart({ name: 'late', incarnation: 'two' }, 'left', 9, died)
  expect(receivers.demand('jetstream').slowest(200)).toBe(150)
})

test('who was taken for gone and went on is counted as it was, before and after it is accepted again', () => {
  receivers.onProgress(progress({ attach: 0 }), at(0))
  receivers.onProgress(progress({ processed: 2 }), at(4))
  receivers.depart(peer, 'died', 4, died)
  receivers.onProgress(progress({ processed: 4 }), at(6))
  expect(receivers.summary(6)).toMatchObject({ viewer: { offered: 4, processed: 4, lost: 0 } })
  receivers.onProgress(progress({ processed: 3 }), at(6))
  receivers.onProgress(progress({ processed: 6 }), at(6))
  expect(receivers.summary(6)).toMatchObject({ viewer: { offered: 6, processed: 6, lost: 0 } })
  receivers.invite(peer)
  receivers.onProgress(progress({ processed: 6 }), at(8))
  const earlier = [{ attach: 1, processed: 7, dropped: 0, failed: 0 }]
  receivers.onProgress(progress({ attach: 2, earlier, processed: 1 }), at(9))
  expect(receivers.summary(9)).toMatchObject({ viewer: { attaches: 2, offered: 9, processed: 8 } })
})

test('one that knew of its accept and waits for another has begun anew, and what it had is lost', () => {
  receivers.onProgress(progress({ attach: 0 }), at(0))
  receivers.onProgress(progress({ attach: 0 }), at(1))
  expect(receivers.latestAttach).toBe(1)
  receivers.onProgress(progress({ processed: 2 }), at(5))
  receivers.onProgress(progress({ attach: 0 }), at(5))
  expect(receivers.accepts()).toEqual([
    { what: 'accept', incarnation: 'one', attach: 2, accepts: 2, first: 5 },
  ])
  expect(receivers.summary(5)).toMatchObject({ viewer: { attaches: 2, offered: 5, processed: 2, lost: 3 } })
})

test('one whose reports were all lost has begun anew, too: it names the attach as an earlier one', () => {
  receivers.onProgress(progress({ attach: 0 }), at(0))
  const earlier = [{ attach: 1, processed: 3, dropped: 0, failed: 0 }]
  receivers.onProgress(progress({ attach: 0, earlier }), at(5))
  expect(receivers.accepts()).toMatchObject([{ attach: 2, first: 5 }])
  expect(receivers.summary(5)).toMatchObject({ viewer: { attaches: 2, offered: 5, processed: 3, lost: 2 } })
})

test('one that knew of its accept, and whose reports were all lost, attaches anew', () => {
  receivers.onProgress(progress({ attach: 0 }), at(0))
  const earlier = [{ attach: 1, processed: 2, dropped: 0, failed: 0 }]
  for (let n = 0; n < 2; n++) receivers.onProgress(progress({ attach: 0, earlier }), at(5))
  receivers.onProgress(progress({ attach: 2, earlier }), at(5))
  expect(receivers.latestAttach).toBe(2)
  expect(receivers.summary(5)).toMatchObject({ viewer: { attaches: 2, offered: 5, processed: 2, lost: 3 } })
})

test('after the source has ended nobody attaches, and invitations are withdrawn', () => {
  receivers.onProgress(progress({ attach: 0 }), { ...at(3), open: false })
  expect(receivers.attached).toBe(0)
  receivers.giveUp(3)
  expect(receivers.pending).toEqual([])
  expect(receivers.summary(3)).toMatchObject({ viewer: { state: 'left', attaches: 0, offered: 0 } })
})

test('one that has not reported for two checks is asked to, unless it is suspected', () => {
  receivers.onProgress(progress({ attach: 0 }), at(0))
  expect(receivers.uninformed()).toEqual([])
  for (let n = 0; n < 2; n++) receivers.check(() => false)
  expect(receivers.uninformed()).toEqual(['one'])
  receivers.check(() => true)
  expect(receivers.uninformed()).toEqual([])
  expect(receivers.silent()).toMatchObject([peer])
  receivers.onProgress(progress(), at(0))
  expect(receivers.silent()).toEqual([])
})

test.each([
  { what: 'live', live: true, absent: [] },
  { what: 'lossless', live: false, absent: [{ name: 'second' }] },
])('a $what stream and one that is suspected before it has attached', ({ live, absent }) => {
  receivers = new ReceiverTable({ share: false, live })
  receivers.invite(peer)
  receivers.invite({ name: 'second', incarnation: 'two' })
  receivers.check(() => true)
  expect(receivers.absent()).toHaveLength(2)
  receivers.onProgress(progress({ attach: 0 }), at(0))
  expect(receivers.absent()).toMatchObject(absent)
})

test.each(['stopped', 'finished'] as const)(
  'one that has %s is not invited again, its next process is',
  (state) => {
    receivers.onProgress(progress({ attach: 0 }), at(0))
    receivers.onProgress(progress({ state }), at(1))
    expect(receivers.invite(peer)).toBe(false)
    expect(receivers.invite({ ...peer, incarnation: 'two' })).toBe(true)
  },
)

test('live: what a receiver had not come to when it left is dropped, and lost when it died', () => {
  receivers = new ReceiverTable({ share: false, live: true })
  receivers.invite(peer)
  receivers.onProgress(progress({ attach: 0 }), at(0))
  receivers.onProgress(progress({ processed: 2, state: 'left' }), at(5))
  expect(receivers.summary(5)).toMatchObject({ viewer: { offered: 5, processed: 2, dropped: 3, lost: 0 } })
  receivers.invite(peer)
  receivers.onProgress(progress({ attach: 0 }), at(5))
  receivers.onProgress(progress({ attach: 2, processed: 1 }), at(6))
  receivers.depart(peer, 'died', 9, died)
  expect(receivers.summary(9)).toMatchObject({ viewer: { offered: 9, processed: 3, dropped: 3, lost: 3 } })
})

test('live: what one that left without its final counts did since its last report is not known, and lost', () => {
  receivers = new ReceiverTable({ share: false, live: true })
  receivers.invite(peer)
  receivers.onProgress(progress({ attach: 0 }), at(0))
  receivers.onProgress(progress({ processed: 2 }), at(3))
  receivers.depart(peer, 'left', 5, died)
  expect(receivers.summary(5)).toMatchObject({ viewer: { offered: 5, processed: 2, dropped: 0, lost: 3 } })
  receivers.onProgress(progress({ state: 'left', processed: 4 }), at(5))
  expect(receivers.summary(5)).toMatchObject({ viewer: { offered: 5, processed: 4, dropped: 1, lost: 0 } })
})

test('a run of a node is invited once', () => {
  expect(receivers.invite(peer)).toBe(false)
  expect(receivers.absent()).toMatchObject([peer])
})

describe('shared', () => {
  const two = { name: 'second', incarnation: 'two' }

  beforeEach(() => {
    receivers = new ReceiverTable({ share: true, live: false })
    for (const [n, each] of [peer, two].entries()) {
      receivers.invite(each)
      receivers.onProgress(
        progress({
          node: each.name,
          incarnation: each.incarnation,
          attach: 0,
          lane: n === 0 ? 'shm' : 'jetstream',
        }),
        at(0),
      )
    }
  })

  const assign = (item: number, most: number): ReturnType<ReceiverTable['assign']> =>
    receivers.assign(item, (sessions) => leastLoaded(sessions, most))

  /** The attaches that the items went to. */
  const assigned = (count: number, most = 2): (number | undefined)[] =>
    Array.from({ length: count }, (_, item) => assign(item, most)?.attach)

  test('items go to who has the fewest unfinished, and by turns', () => {
    expect(assigned(5)).toEqual([1, 2, 1, 2, undefined])
    receivers.onProgress(
      progress({ node: 'second', incarnation: 'two', attach: 2, processed: 1, failed: 1 }),
      at(4),
    )
    expect(assigned(3)).toEqual([2, 2, undefined])
    expect(assigned(1, Infinity)).toEqual([1])
    expect(receivers.shares).toEqual({ 1: 3, 2: 4 })
  })

  test('one that is suspected is not waited for at the opening while another is there', () => {
    const three = { name: 'third', incarnation: 'three' }
    receivers.invite(three)
    expect(receivers.absent()).toMatchObject([three])
    receivers.check((incarnation) => incarnation === 'three')
    expect(receivers.absent()).toEqual([])
    for (const each of [peer, two]) receivers.depart(each, 'died', 0, died)
    expect(receivers.absent()).toMatchObject([three])
  })

  test('one that is suspected gets nothing while another lives, even if that one is busy', () => {
    receivers.check((incarnation) => incarnation === 'one')
    expect(assigned(3)).toEqual([2, 2, undefined])
    receivers.check(() => true)
    expect(assigned(3)).toEqual([1, 1, undefined])
  })

  test('each has its own numbers, and the sum of what was given is what went out', () => {
    assigned(3)
    expect(assign(3, 2)).toEqual({ attach: 2, item: 3, lane: 'jetstream', first: 1 })
    receivers.onProgress(progress({ processed: 1, lane: 'shm' }), at(4))
    receivers.depart(peer, 'died', 4, died)
    expect(assigned(1)).toEqual([undefined])
    receivers.onProgress(
      progress({ node: 'second', incarnation: 'two', attach: 2, state: 'finished', processed: 2 }),
      at(4),
    )
    receivers.countUnassigned()
    expect(receivers.summary(5)).toMatchObject({
      viewer: { offered: 2, processed: 1, lost: 1 },
      second: { offered: 3, processed: 2, lost: 1 },
    })
  })

  test('a part is needed by its addressee alone, and who is gone needs nothing', () => {
    receivers.onSent(1, 100, 40)
    const demand = receivers.demand('shm')
    expect([demand.needs(100), receivers.demand('jetstream').needs(100), demand.slowest(300)]).toEqual([
      true,
      false,
      60,
    ])
    receivers.onProgress(progress({ loaded: 39, lane: 'shm' }), at(1))
    expect(demand.needs(100)).toBe(true)
    receivers.depart(peer, 'died', 1, died)
    expect([demand.needs(100), demand.slowest(300)]).toEqual([false, 300])
  })
})
