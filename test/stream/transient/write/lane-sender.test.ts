import { beforeEach, describe, expect, test } from 'vitest'
import { MIB } from '../../../../src/runtime/core/bytes.js'
import { deferred, Wakeup, type Deferred } from '../../../../src/runtime/core/deferred.js'
import type { Chunk } from '../../../../src/runtime/stream/common/write/batch.js'
import type { Demand, LaneWriter } from '../../../../src/runtime/stream/lanes/lane.js'
import { partWeight, type Part } from '../../../../src/runtime/stream/protocol/messages.js'
import type { LaneRef } from '../../../../src/runtime/stream/protocol/refs.js'
import { LaneSender } from '../../../../src/runtime/stream/transient/write/lane-sender.js'
import { ReceiverTable } from '../../../../src/runtime/stream/transient/write/receiver-table.js'
import { progressOf } from '../../../support/progress.js'

const peer = { name: 'viewer', incarnation: 'one' }
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Lane whose server answers when the test says so. */
class HeldLane implements LaneWriter {
  readonly maxUnannounced = 3
  readonly stored: { bytes: Uint8Array; answer: Deferred<LaneRef | undefined> }[] = []

  constructor(
    readonly limit: number,
    readonly window = Infinity,
  ) {}

  partBytes(): number {
    return this.limit
  }

  hasRoom(weight: number, stored: number, demand: Demand): boolean {
    return stored - demand.slowest(stored) + weight <= this.window
  }

  store(bytes: Uint8Array): Promise<LaneRef | undefined> {
    const answer = deferred<LaneRef | undefined>()
    this.stored.push({ bytes: Buffer.from(bytes), answer })
    return answer.promise
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

let receivers: ReceiverTable
let announced: Part[]
let observed: Part[]
let failures: unknown[]
let abort: AbortController
const idle = new Wakeup()

const senderOf = (lane: LaneWriter, live: boolean): LaneSender =>
  new LaneSender({
    name: 'jetstream',
    lane,
    live,
    state: {
      signal: abort.signal,
      fail: (error) => {
        failures.push(error)
        abort.abort(error)
      },
    },
    receivers,
    announcer: { announce: (part) => announced.push(part as Part) > 0 },
    monitor: { onPart: (part) => void observed.push(part) },
    idle,
  })

const chunk = (first: number, bytes: number): Chunk => ({
  first,
  count: 1,
  kind: ['buffer'],
  bytes: Buffer.alloc(bytes, first),
  time: 1,
})

beforeEach(() => {
  announced = []
  observed = []
  failures = []
  abort = new AbortController()
  receivers = new ReceiverTable({ share: false, live: false })
  receivers.invite(peer)
  receivers.onProgress(progressOf({ attach: 0 }), { open: true, next: 0, stored: 0 })
})

describe('lossless', () => {
  test('a chunk is cut into parts, which are announced in order whatever the order of the answers', async () => {
    const lane = new HeldLane(10)
    const sender = senderOf(lane, false)
    await sender.send(chunk(0, 25))
    expect(lane.stored.map(({ bytes }) => bytes.length)).toEqual([10, 10, 5])
    expect(announced).toEqual([])
    lane.stored[2]?.answer.resolve(['c'])
    lane.stored[1]?.answer.resolve(['b'])
    await turn()
    expect(announced).toEqual([])
    expect(sender.busy).toBe(true)
    lane.stored[0]?.answer.resolve(['a'])
    await sender.flush()
    expect(announced.map(({ ref, offset, length }) => [ref, offset, length])).toEqual([
      [['a'], 0, 10],
      [['b'], 10, 10],
      [['c'], 20, 5],
    ])
    expect(observed).toEqual(announced)
    expect(sender.busy).toBe(false)
    expect(sender.position.stored).toBe(2 * partWeight(10) + partWeight(5))
  })

  test('an empty chunk is one part', async () => {
    const lane = new HeldLane(10)
    const sender = senderOf(lane, false)
    await sender.send(chunk(0, 0))
    expect(lane.stored.map(({ bytes }) => bytes.length)).toEqual([0])
  })

  test('send waits for room until the slowest receiver has loaded', async () => {
    const lane = new HeldLane(10, 2 * partWeight(10))
    const sender = senderOf(lane, false)
    await sender.send(chunk(0, 20))
    let sent = false
    const third = sender.send(chunk(2, 10)).then(() => (sent = true))
    await turn()
    expect(sent).toBe(false)
    expect(lane.stored).toHaveLength(2)
    receivers.onProgress(progressOf({ loaded: partWeight(10) }), {
      open: true,
      next: 3,
      stored: sender.position.stored,
    })
    await third
    expect(lane.stored).toHaveLength(3)
  })

  test('parts that are not loaded are announced again, and loaded ones are not', async () => {
    const lane = new HeldLane(10)
    const sender = senderOf(lane, false)
    await sender.send(chunk(0, 20))
    for (const { answer } of lane.stored) answer.resolve(['x'])
    await sender.flush()
    receivers.onProgress(progressOf({ loaded: partWeight(10) }), {
      open: true,
      next: 1,
      stored: sender.position.stored,
    })
    announced = []
    sender.repeat()
    expect(announced.map(({ offset }) => offset)).toEqual([10])
  })

  test('a lane that refuses cuts the stream off once, and nobody is left waiting for room', async () => {
    const lane = new HeldLane(10, 2 * partWeight(10))
    const sender = senderOf(lane, false)
    const sending = sender.send(chunk(0, 40))
    await turn()
    const error = new Error('no more')
    for (const { answer } of lane.stored) answer.reject(error)
    await turn()
    receivers.changed.notify()
    await sending
    await sender.flush()
    expect(failures[0]).toBe(error)
    expect(announced).toEqual([])
    expect(lane.stored).toHaveLength(2)
  })
})

describe('live', () => {
  test('while the lane is behind only the newest chunk is kept, as a copy', async () => {
    const lane = new HeldLane(20 * MIB)
    const sender = senderOf(lane, true)
    await sender.send(chunk(0, 17 * MIB))
    const late = chunk(2, 1)
    await sender.send(chunk(1, 1))
    await sender.send(late)
    late.bytes.fill(9)
    expect(lane.stored).toHaveLength(1)
    lane.stored[0]?.answer.resolve(['first'])
    await idleOrStored(lane, 2)
    lane.stored[1]?.answer.resolve(['newest'])
    await sender.flush()
    expect(announced.map(({ first }) => first)).toEqual([0, 2])
    expect([...(lane.stored[1]?.bytes ?? [])]).toEqual([2])
    expect(sender.busy).toBe(false)
  })

  test('a part that was not stored is not announced, and does not hold the next up', async () => {
    const lane = new HeldLane(10)
    const sender = senderOf(lane, true)
    await sender.send(chunk(0, 1))
    await sender.send(chunk(1, 1))
    lane.stored[0]?.answer.resolve(undefined)
    lane.stored[1]?.answer.resolve(['second'])
    await sender.flush()
    expect(announced.map(({ first }) => first)).toEqual([1])
    expect(failures).toEqual([])
  })
})

async function idleOrStored(lane: HeldLane, count: number): Promise<void> {
  while (lane.stored.length < count) await turn()
}
