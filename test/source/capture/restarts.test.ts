import { expect, onTestFinished, test } from 'vitest'
import type { Frame } from '../../../src/runtime/core/frame.js'
import type { SourceEvent } from '../../../src/runtime/source/index.js'
import { waitUntilGone } from '../../support/leaks.js'
import { openFrames, ownPattern } from '../support.js'
import { ffmpegWith } from '../../support/ffmpeg.js'

// A busy machine needs its time until the next ffmpeg has the first frame.
test.each([
  ['killed', 'SIGKILL', 'ffmpeg was ended by SIGKILL after'],
  ['hangs', 'SIGSTOP', 'nothing came for 4 s after'],
] as const)('a camera that %s comes back, and its numbering goes on', async (_, signal, message) => {
  const { plan, mark } = ownPattern()
  const events: SourceEvent[] = []
  const frames = openFrames({ ...plan, stallMs: 4000 }, { onEvent: (event) => events.push(event) })
  onTestFinished(() => void frames.return())
  await next(frames)
  const before = await ffmpegWith(mark)
  expect(before).toHaveLength(1)
  for (const pid of before) process.kill(pid, signal)

  let last = 0
  while (events.length < 2) {
    const { sequence } = await next(frames)
    expect(sequence).toBe(last + 1)
    last = sequence
  }
  expect(events).toMatchObject([
    { type: 'gap', error: { message: expect.stringContaining(message) as string } },
    { type: 'resumed' },
  ])
  expect(await ffmpegWith(mark)).not.toEqual(before)
  await frames.return()
  expect(await waitUntilGone(mark)).toEqual([])
})

async function next(frames: AsyncGenerator<Frame, void>): Promise<Frame> {
  const { value } = await frames.next()
  if (!value) throw new Error('the source has ended')
  return value
}
