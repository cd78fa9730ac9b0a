import { execFileSync } from 'node:child_process'
import { openSync, closeSync, constants } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  areAnnouncements,
  isOpen,
  isPart,
  isProgress,
} from '../../src/runtime/stream/protocol/message-forms.js'
import { isRefOf } from '../../src/runtime/stream/protocol/refs.js'
import { openMemory, sharedMemory } from '../../src/runtime/unix/index.js'
import { isAckSubject } from '../../src/runtime/stream/durable/store/ack-subject.js'
import { temporaryFolder } from '../support/temporary.js'

const REF = [20, 1, 2, 262_144, 6, 2]
const PART = {
  what: 'part',
  lane: 'shm',
  accepts: 1,
  first: 0,
  count: 1,
  kind: ['bytes'],
  bytes: 10,
  offset: 0,
  length: 10,
  time: 1.5,
  ref: REF,
}

describe('a place in shared memory', () => {
  test.each<[string, unknown]>([
    ['a path as descriptor', ['../root', 1, 2, 262_144, 6, 2]],
    ['a negative descriptor', [-1, 1, 2, 262_144, 6, 2]],
    ['a slot beyond those allocated', [20, 2, 2, 262_144, 6, 2]],
    ['a negative slot', [20, -1, 2, 262_144, 6, 2]],
    ['more slots than a ring has', [20, 1, 2, 262_144, 257, 257]],
    ['a generation of more than 32 bits', [20, 1, 2 ** 40, 262_144, 6, 2]],
    ['a slot that is too small for the part', [20, 1, 2, 8, 6, 2]],
    ['half a slot', [20, 1, 2, 262_144.5, 6, 2]],
    ['a text', 'ref'],
    ['nothing', []],
  ])('is refused: %s', (_, ref) => {
    expect(isPart(PART)).toBe(true)
    expect(isRefOf('shm', ref, 10)).toBe(false)
    expect(isPart({ ...PART, ref })).toBe(false)
  })

  test('a stream of the server is a name, and its sequence a number', () => {
    expect(isRefOf('jetstream', ['daffi_x_stream_y', 4, 0], 10)).toBe(true)
    for (const ref of [
      ['a.b', 4, 0],
      ['a>', 4, 0],
      ['a', -1, 0],
      ['a', 1.5, 0],
      [7, 1, 0],
    ])
      expect(isRefOf('jetstream', ref, 10)).toBe(false)
  })
})

test.each<[string, object]>([
  ['beyond the chunk', { offset: 1 }],
  ['larger than any chunk', { bytes: 2 ** 40 }],
  ['of several frames', { count: 2 }],
  ['of no values', { kind: null, count: 0 }],
  ['of unknown bytes', { kind: ['array', 'constructor'] }],
  ['of an item that cannot be counted', { first: Number.MAX_SAFE_INTEGER, count: 1 }],
])('a part is refused that is %s', (_, change) => {
  expect(isPart({ ...PART, ...change })).toBe(false)
})

test('marks name each source once, with a number and a time', () => {
  const mark = (marks: unknown, more = {}): boolean =>
    areAnnouncements([{ what: 'mark', count: 3, inOrder: true, marks, ...more }])
  const many = (length: number): unknown[] => Array.from({ length }, (_, n) => [`s${n}`, n, 1.5])
  expect(mark([['camera', 7, 1.5]])).toBe(true)
  expect(mark([[null, -1, 0]])).toBe(true)
  expect(mark(many(256))).toBe(true)
  expect(areAnnouncements([{ what: 'passed', attach: 1, given: 2, marks: many(1) }])).toBe(true)
  const bad: [unknown, object?][] = [
    [many(257)],
    [[['s', -2, 0]]],
    [[['s', 1.5, 0]]],
    [[['s', 2 ** 60, 0]]],
    [[['s', 1, NaN]]],
    [[['s', 1]]],
    [
      [
        ['s', 1, 0],
        ['s', 2, 0],
      ],
    ],
    [[[7, 1, 0]]],
    ['s'],
    [[], { count: -1 }],
    [[], { inOrder: 1 }],
  ]
  for (const [marks, more] of bad) expect(mark(marks, more), JSON.stringify(marks).slice(0, 40)).toBe(false)
})

test('an invitation and a report have names and numbers where they should', () => {
  const open = {
    id: 'a',
    call: 'take',
    from: 'writer',
    incarnation: 'x',
    delivery: 'live',
    buffer: 2,
    onError: 'skip',
    retry: { attempts: 1, delayMs: 0, backoff: 1 },
    yields: false,
    share: false,
    shm: { pid: 1, fd: 3, nonce: Buffer.alloc(32) },
    to: [],
  }
  expect(isOpen(open)).toBe(true)
  for (const shm of [
    { pid: 'self', fd: 3, nonce: Buffer.alloc(32) },
    { pid: 1, fd: '../root/fifo', nonce: Buffer.alloc(32) },
    { pid: -1, fd: 3, nonce: Buffer.alloc(32) },
    { pid: 1, fd: 3, nonce: Buffer.alloc(31) },
  ])
    expect(isOpen({ ...open, shm })).toBe(false)
  for (const id of ['a.b', '>', '', 7]) expect(isOpen({ ...open, id })).toBe(false)
  expect(isProgress({ node: 'a', processed: -1 })).toBe(false)
})

test('a receiver names nothing but acknowledgements of its own consumer', () => {
  const reply = '$JS.ACK.daffi_x_kept.run.1.5.5.0.0'
  expect(isAckSubject(reply, 'daffi_x_kept', 'run')).toBe(true)
  for (const other of [
    '$JS.API.STREAM.DELETE.daffi_x_kept',
    '$JS.ACK.other.run.1.5.5.0.0',
    'daffi_x_kept.run',
    `${reply}.>`,
  ])
    expect(isAckSubject(other, 'daffi_x_kept', 'run')).toBe(false)
})

test('what is no memory of daffi is not opened', async () => {
  const libc = await sharedMemory()
  if (!libc) throw new Error('this test needs shared memory')
  const fifo = `${await temporaryFolder()}/fifo`
  execFileSync('mkfifo', [fifo])
  const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK)
  // Opening the writing end of a pipe without a reader fails, and opening the reading end waits.
  expect(openMemory(libc, { pid: process.pid, fd, bytes: 4096, writable: true })).toBeUndefined()
  expect(openMemory(libc, { pid: process.pid, fd, bytes: 4096, writable: false })).toBeUndefined()
  closeSync(fd)
})
