import type { FilePlan } from '../../core/plan/plan.js'
import type { Frame } from '../../core/frame.js'
import { remaining, type Capture } from './capture.js'

/**
 * The frames of a file again and again, each time by a new process: `-stream_loop` of ffmpeg ends after one pass, or hangs, with
 * formats in which it cannot go back.
 */
export async function* loopedCapture(
  plan: FilePlan,
  signal: AbortSignal,
  capture: Capture<Frame>,
): AsyncGenerator<Frame, void> {
  let given = 0
  while (!signal.aborted && given !== plan.frames) {
    for await (const frame of capture(remaining(plan, given), given)) {
      given++
      yield frame
    }
  }
}
