import { expect, test } from 'vitest'
import { DaffiError } from '../../../src/runtime/core/errors.js'
import type { Frame } from '../../../src/runtime/core/frame.js'
import { liveCapture } from '../../../src/runtime/source/capture/live-capture.js'
import type { SourceEvent } from '../../../src/runtime/source/index.js'
import { collect, contextOf, pattern } from '../support.js'

const broken = new DaffiError('DAFFI_SOURCE_FAILED', 'source cam: ended')
const frame: Frame = { data: Buffer.alloc(1), width: 1, height: 1, format: 'gray', sequence: 0, time: 0 }

/** Captures with these numbers of frames, of which all but the last break off. */
function capturesOf(...counts: number[]) {
  const asked: { frames: number | undefined; first: number }[] = []
  async function* capture(
    { frames }: { frames: number | undefined },
    first: number,
  ): AsyncGenerator<Frame, void> {
    asked.push({ frames, first })
    const count = counts.shift() ?? 0
    for (let index = 0; index < count; index++) {
      yield await Promise.resolve({ ...frame, sequence: first + index })
    }
    if (counts.length > 0) throw broken
  }
  return { capture, asked }
}

test('a break is a gap, and the numbering goes on', async () => {
  const events: SourceEvent[] = []
  const { capture, asked } = capturesOf(2, 3)
  const context = contextOf({ onEvent: (event) => events.push(event) })
  const frames = await collect(liveCapture({ ...pattern, frames: 5 }, context, capture))
  expect(frames.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4])
  expect(asked).toEqual([
    { frames: 5, first: 0 },
    { frames: 3, first: 2 },
  ])
  expect(events).toMatchObject([
    { type: 'gap', error: { code: 'DAFFI_SOURCE_FAILED', message: 'source cam: ended' } },
    { type: 'resumed', afterMs: expect.any(Number) as number },
  ])
})

test('however many captures it takes, it is one gap', async () => {
  const events: string[] = []
  const context = contextOf({ onEvent: ({ type }) => events.push(type) })
  expect(await collect(liveCapture(pattern, context, capturesOf(1, 0, 0, 1).capture))).toHaveLength(2)
  expect(events).toEqual(['gap', 'resumed'])
})

test('what breaks before the first frame is an error', async () => {
  await expect(collect(liveCapture(pattern, contextOf(), capturesOf(0, 1).capture))).rejects.toBe(broken)
})

test('an abort ends the wait for the next capture', async () => {
  const controller = new AbortController()
  const context = contextOf({ signal: controller.signal, onEvent: () => controller.abort() })
  expect(await collect(liveCapture(pattern, context, capturesOf(1, 1).capture))).toHaveLength(1)
})
