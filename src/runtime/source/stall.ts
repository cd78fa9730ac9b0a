import type { StallPlan } from '../core/plan/plan.js'
import type { Resumable } from '../core/stream/resumable.js'
import { sleep } from '../core/timer.js'
import type { OutputFrame } from './contract/output.js'
import { passedThrough } from './contract/passed-through.js'

interface StallOptions {
  stalls: readonly StallPlan[]
  /** Ends the source, and so its pauses. */
  signal: AbortSignal
}

/** Passes the items of a source through, with the pauses that a test asks for. */
export function stallItems(
  items: AsyncIterable<unknown> & Resumable,
  options: StallOptions,
): AsyncGenerator<unknown, void> & Resumable {
  return passedThrough(items, (from) => stalled(from, options, () => true))
}

/** Passes the frames of a source and its views through, with pauses. Of each pause, the frames of its output are counted. */
export function stallOutputs(
  frames: AsyncIterable<OutputFrame>,
  options: StallOptions,
): AsyncGenerator<OutputFrame, void> {
  return stalled(frames, options, ({ output }, stall) => output === stall.output)
}

async function* stalled<T>(
  items: Iterable<T> | AsyncIterable<T>,
  { stalls, signal }: StallOptions,
  counts: (item: T, stall: StallPlan) => boolean,
): AsyncGenerator<T, void> {
  const rest = new Map(stalls.map((stall) => [stall, stall.after]))
  const pause = async (): Promise<void> => {
    for (const [stall, items] of rest) {
      if (items > 0) continue
      rest.delete(stall)
      await sleep(stall.ms, signal).catch(() => undefined)
    }
  }
  await pause()
  for await (const item of items) {
    yield item
    for (const [stall, items] of rest) if (counts(item, stall)) rest.set(stall, items - 1)
    await pause()
  }
}
