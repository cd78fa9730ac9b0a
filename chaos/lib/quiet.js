import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'

/** Times that are taken, so many side by side as there are processors: `[begin, end]` on the clock of `performance.now`. */
const taken = []
const SIDE_BY_SIDE = availableParallelism()
const STEP_MS = 50

/**
 * Waits until something may begin now that needs the machine for `lengthMs`, `inMs` later: others that need it then would
 * make each other slow. Pauses themselves need nothing, so many of them pass side by side.
 */
export async function untilQuiet(inMs, lengthMs) {
  let begin = performance.now() + inMs
  const overlapping = () => taken.filter(([from, to]) => from < begin + lengthMs && begin < to)
  while (overlapping().length >= SIDE_BY_SIDE) begin += STEP_MS
  taken.push([begin, begin + lengthMs])
  await delay(begin - inMs - performance.now())
}
