import { beforeEach, expect, test } from 'vitest'
import type { Chunk } from '../../../../src/runtime/stream/common/write/batch.js'
import type { Progress } from '../../../../src/runtime/stream/protocol/messages.js'
import { chooseByLoad, Dispatcher } from '../../../../src/runtime/stream/transient/write/dispatcher.js'
import { ReceiverTable } from '../../../../src/runtime/stream/transient/write/receiver-table.js'
import { progressOf } from '../../../support/progress.js'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const at = { open: true, next: 0, stored: 0 }

let receivers: ReceiverTable
let sent: Chunk[]
let abort: AbortController

const progress = (attach: number, processed: number): Progress =>
  progressOf({
    node: `node${attach}`,
    incarnation: `of${attach}`,
    lane: attach === 1 ? 'shm' : 'jetstream',
    attach,
    processed,
  })

const attach = (number: number): void => {
  receivers.invite({ name: `node${number}`, incarnation: `of${number}` })
  receivers.onProgress(progress(number, 0), at)
}

const dispatcherOf = (live: boolean): Dispatcher =>
  new Dispatcher({
    receivers,
    lanes: {
      busy: false,
      send: (chunk) => {
        sent.push(chunk)
        return Promise.resolve()
      },
    },
    choose: chooseByLoad(live),
    marks: { onAssigned: () => undefined },
    live,
    signal: abort.signal,
  })

const item = (first: number): Chunk => ({ first, count: 1, kind: null, bytes: Buffer.of(), time: 0 })
const assignments = (): unknown[] => sent.map(({ share, first }) => [share?.attach, share?.item, first])

beforeEach(() => {
  receivers = new ReceiverTable({ share: true, live: false })
  sent = []
  abort = new AbortController()
})

test('items go in turns to idle receivers, numbered for each, on the lane of each', async () => {
  attach(1)
  attach(2)
  const dispatcher = dispatcherOf(false)
  for (let n = 10; n < 14; n++) await dispatcher.send(item(n))
  expect(assignments()).toEqual([
    [1, 10, 0],
    [2, 11, 0],
    [1, 12, 1],
    [2, 13, 1],
  ])
  expect(sent.map(({ share }) => share?.lane)).toEqual(['shm', 'jetstream', 'shm', 'jetstream'])
})

test('lossless: nobody gets a third item before one is done; then whoever is done gets it', async () => {
  attach(1)
  attach(2)
  const dispatcher = dispatcherOf(false)
  for (let n = 0; n < 4; n++) await dispatcher.send(item(n))
  const waiting = dispatcher.send(item(4))
  await turn()
  expect(sent).toHaveLength(4)
  receivers.onProgress(progress(2, 1), at)
  await waiting
  expect(assignments().at(-1)).toEqual([2, 4, 2])
})

test('live: when all are busy the least loaded gets one more, and nobody waits', async () => {
  attach(1)
  attach(2)
  const dispatcher = dispatcherOf(true)
  for (let n = 0; n < 5; n++) await dispatcher.send(item(n))
  receivers.onProgress(progress(1, 3), at)
  await dispatcher.send(item(5))
  expect(sent).toHaveLength(6)
  expect(assignments().at(-1)).toEqual([1, 5, 3])
})

test('without receivers an item waits for one; when the stream is cut off it counts as lost with the last', async () => {
  attach(1)
  receivers.onProgress({ ...progress(1, 0), state: 'left' }, at)
  const dispatcher = dispatcherOf(false)
  const waiting = dispatcher.send(item(0))
  await turn()
  expect(sent).toEqual([])
  abort.abort()
  receivers.changed.notify()
  await waiting
  expect(receivers.summary(1)).toMatchObject({ node1: { offered: 1, lost: 1 } })
})
