import { expect, onTestFinished, test } from 'vitest'
import { ITEM_MEMORY, type MemoryAware } from '../../../src/runtime/core/stream/item-memory.js'
import {
  Global,
  STREAM,
  type Frame,
  type StreamModifierOptions,
  type StreamSummary,
} from '../../../src/runtime/library.js'
import { openFrames, collect, fileAt } from '../../source/support.js'
import { video } from '../../support/ffmpeg.js'
import { fileServer } from '../../support/file-server.js'
import { temporaryFolder } from '../../support/temporary.js'

interface Callbacks {
  take: (frame: Frame) => void
}

/** Number of frames of the video. */
const FRAMES = 12

/** Streams a video's frames to two nodes; gives what each has had, and how many frames lay in memory that the stream loaned. */
async function run(
  options: StreamModifierOptions,
): Promise<{ summary: StreamSummary; taken: Buffer[][]; wanted: Buffer[]; loaned: number; loans: boolean }> {
  const path = await video(await temporaryFolder(), 'video.avi', '-c:v', 'mjpeg')
  const plan = { ...fileAt(path), format: 'bgr24' as const }
  const wanted = (await collect(openFrames(plan))).map(({ data }) => data)
  const server = await fileServer()
  const join = async (processName: string, callbacks = {}): Promise<Global<Callbacks>> => {
    const g = await Global.connect<Callbacks>({ server, pipeline: 'test', processName, callbacks })
    onTestFinished(() => g.close())
    return g
  }
  const frames = openFrames(plan)
  let loaned = 0
  const taken: Buffer[][] = [[], []]
  for (const [index, list] of taken.entries()) {
    await join(`node${index}`, {
      take: ({ data }: Frame) => void list.push(data),
    })
  }
  const g = await join('writer')
  const memory = (frames as MemoryAware)[ITEM_MEMORY]
  if (!memory) throw new Error('a video is made in memory that may be loaned')
  let loan: typeof memory.loan
  Object.defineProperty(memory, 'loan', {
    set: (value: typeof memory.loan) => (loan = value),
    get: () => {
      const ask = loan
      return (
        ask &&
        ((bytes: number) => {
          const given = ask(bytes)
          if (given) loaned++
          return given
        })
      )
    },
  })
  const summary = await g.call.take(frames).with(STREAM(options))
  return { summary, taken, wanted, loaned, loans: loan !== undefined }
}

/** Natively: vitest looks at each byte by itself, which takes seconds. */
function expectSame(frames: Buffer[], wanted: Buffer[]): void {
  expect(frames).toHaveLength(wanted.length)
  expect(frames.map((data, n) => data.equals(wanted[n] ?? Buffer.of()))).toEqual(wanted.map(() => true))
}

test('frames of a video are made in the ring from the second on, and arrive as they are', async () => {
  const { summary, taken, wanted, loaned, loans } = await run({})
  expect(wanted).toHaveLength(FRAMES)
  for (const list of taken) expectSame(list, wanted)
  expect(loaned).toBeGreaterThan(0)
  expect(loans).toBe(false)
  expect(summary.receivers.node0).toMatchObject({ lane: 'shm', processed: FRAMES })
})

test.each([{ shm: false as const }, { delivery: 'durable' as const }])(
  'where they leave by the server they have memory of their own: %o',
  async (options) => {
    const { taken, wanted, loaned } = await run(options)
    for (const list of taken) expectSame(list, wanted)
    expect(loaned).toBe(0)
  },
)
