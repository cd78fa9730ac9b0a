import { STREAM, type Frame, type StreamModifierOptions } from 'daffi'
import { connect } from '@nats-io/transport-node'
import { expect, onTestFinished, test } from 'vitest'
import { askStatus } from '../../../src/runtime/status/index.js'
import { NatsLink, observeLatest } from '../../../src/runtime/stream/index.js'
import { Control, CONTROL_BYTES } from '../../../src/runtime/stream/lanes/shm/control.js'
import { ShmLaneWriter } from '../../../src/runtime/stream/lanes/shm/shm-writer.js'
import { ownPipeline } from '../../support/pipeline.js'
import { waitUntil } from '../../support/wait.js'

interface Callbacks {
  take: (frame: Frame) => void
}

const MIB = 1024 * 1024
const WIDTH = 640
const HEIGHT = 480

/** A frame whose pixels all tell its number. */
function picture(sequence: number): Frame {
  const data = Buffer.alloc(WIDTH * HEIGHT * 3, sequence % 251)
  return { data, width: WIDTH, height: HEIGHT, format: 'rgb24', sequence, time: Date.now() }
}

test.each<[string, Partial<StreamModifierOptions>]>([
  ['live, in shared memory', { delivery: 'live' }],
  ['live, through the server', { delivery: 'live', shm: false }],
  ['lossless', { delivery: 'lossless' }],
  ['durable', { delivery: 'durable' }],
])('an observer gets the newest item, and is no receiver: %s', async (_, options) => {
  const { server, join } = await ownPipeline<Callbacks>()
  await join('receiver', { callbacks: { take: (_frame: Frame) => undefined } })
  const writer = await join('writer')
  const enough = new AbortController()
  let yielded = 0
  const source = async function* () {
    for (; !enough.signal.aborted; yielded++) {
      yield picture(yielded)
      await new Promise(setImmediate)
    }
  }
  await writer.waitFunction('take')
  const streaming = writer.call.take(source()).with(STREAM(options))

  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  const stream = await waitUntil(async () => {
    const streams = (await askStatus(nc, 'test', { lines: {} })).filter((each) => each.what === 'stream')
    return streams.find(({ frames }) => frames !== null)
  })
  expect(stream.frames).toEqual({ width: WIDTH, height: HEIGHT, format: 'rgb24' })
  const signal = new AbortController().signal
  const seen: number[] = []
  for await (const [latest] of observeLatest({
    link: new NatsLink(nc),
    pipeline: 'test',
    id: stream.id,
    source: 'camera',
    wants: () => true,
    signal,
  })) {
    const { data, sequence, time } = latest?.value as Frame
    expect(latest?.origin).toEqual({ source: 'camera', item: sequence, time })
    expect(data.equals(picture(sequence).data)).toBe(true)
    seen.push(sequence)
    // Slow enough to miss most of them: nobody waits for it.
    await new Promise((resolve) => setTimeout(resolve, 20))
    if (seen.length === 5) enough.abort()
  }
  expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b))
  const { items, receivers } = await streaming
  expect(items).toBe(yielded)
  expect(Object.keys(receivers)).toEqual(['receiver'])
})

test('who cannot map the ring gets copies', async () => {
  const lane = await ShmLaneWriter.open(8 * MIB, true)
  if (!lane) throw new Error('this test needs shared memory')
  onTestFinished(() => lane.close())
  const [part, next] = [picture(7).data.subarray(0, 1000), picture(8).data.subarray(0, 1000)]
  lane.partBytes(part.length)
  const ref = await lane.store(part, 1)
  if (!ref) throw new Error('there was no room')
  lane.onAnnounced(true)
  expect(lane.copy(ref, 10, 100)).toEqual(part.subarray(10, 110))
  for (let n = 0; n < ref[4]; n++) {
    await lane.store(next, n + 2)
    lane.onAnnounced(true)
  }
  expect(lane.copy(ref, 10, 100)).toBeUndefined()
})

test('what is written while it is looked at is not taken for what it was', () => {
  const control = new Control(new ArrayBuffer(CONTROL_BYTES))
  control.beginWrite(3)
  const generation = control.nextGeneration(3)
  control.endWrite(3)
  const nothing = (): void => undefined
  expect(control.optimisticRead(3, generation, nothing)).toBe(true)
  expect(control.optimisticRead(3, generation, () => void control.beginWrite(3))).toBe(false)
  expect(control.optimisticRead(3, generation, nothing)).toBe(false)
})

test('an observer ends with its connection, and does not ask again and again', async () => {
  const { server } = await ownPipeline<Callbacks>()
  const nc = await connect({ servers: server })
  const abort = new AbortController()
  let waits = 0
  class CountedLink extends NatsLink {
    override up(): Promise<void> {
      // Else the loop would never leave a turn to the test's timeout.
      if (++waits > 2) abort.abort()
      return super.up()
    }
  }
  const link = new CountedLink(nc)
  await nc.close()
  await waitUntil(() => !link.connected)
  const options = { link, pipeline: 'test', id: 'any', source: null, wants: () => true, signal: abort.signal }
  expect(await observeLatest(options).next()).toEqual({ done: true, value: undefined })
  expect(waits).toBe(1)
})
