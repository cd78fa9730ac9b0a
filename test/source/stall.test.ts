import { expect, test } from 'vitest'
import { stallItems, stallOutputs, type OutputFrame } from '../../src/runtime/source/index.js'

const LONG_MS = 3_600_000
const stall = (after: number, ms = LONG_MS, output = 'camera') => ({ output, after, ms })

async function* items(): AsyncGenerator<number> {
  yield* [1, 2, 3, 4]
}

test('a source pauses after as many items as it is told, and no longer than it lives', async () => {
  const ending = new AbortController()
  const stalled = stallItems(items(), { stalls: [stall(0, 1), stall(2)], signal: ending.signal })
  const seen: unknown[] = []
  const reading = (async () => {
    for await (const item of stalled) seen.push(item)
  })()
  await expect.poll(() => seen.length).toBe(2)
  const raced = await Promise.race([reading, new Promise((resolve) => setTimeout(resolve, 20, 'stalled'))])
  expect([raced, seen]).toEqual(['stalled', [1, 2]])
  ending.abort()
  await reading
  expect(seen).toEqual([1, 2, 3, 4])
})

test('of a source that is read for its views, the frames of one output are counted', async () => {
  const ending = new AbortController()
  async function* frames(): AsyncGenerator<OutputFrame> {
    for (const output of ['camera', 'small', 'camera', 'small', 'camera'])
      yield { output, frame: {} } as unknown as OutputFrame
  }
  const seen: string[] = []
  for await (const { output } of stallOutputs(frames(), {
    stalls: [stall(2, LONG_MS, 'small')],
    signal: ending.signal,
  })) {
    seen.push(output)
    if (seen.length === 4) setImmediate(() => ending.abort())
  }
  expect(seen).toHaveLength(5)
})
