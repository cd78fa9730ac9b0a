import type { Output, OutputFrame } from '../contract/output.js'
import type { SourceContext } from '../contract/source-context.js'
import { isLive, type VideoPlan } from '../contract/video-plan.js'
import { runViews } from '../ffmpeg/run-views.js'
import { inputsOf } from '../input/inputs.js'
import { checkInput } from '../input/preflight.js'
import { remaining } from './capture.js'
import { firstReadable } from './first-readable.js'
import { liveCapture } from './live-capture.js'
import { Program } from './program.js'
import { watchdogFor } from './rate-watchdog.js'

/** The frames of several outputs of a camera, file or URL, which is read once. */
export async function* viewSource(
  plan: VideoPlan,
  outputs: readonly Output[],
  context: SourceContext,
): AsyncGenerator<OutputFrame, void> {
  await checkInput(plan, context.name)
  const program = new Program(plan, context)
  const next = new Map<string, number>()
  let pictures = 0
  const candidates = inputsOf(plan).map((input) => ({ ...input, passthrough: false }))
  const capture = (): AsyncGenerator<OutputFrame, void> =>
    firstReadable(plan, candidates, context, async function* (input, connection) {
      try {
        const ffmpeg = await program.find()
        if (!ffmpeg) return
        const watchdog = watchdogFor(plan, connection, context.name)
        const onPicture = (): void => {
          pictures++
          watchdog()
        }
        const rest = remaining(plan, pictures)
        yield* runViews({ ffmpeg, input, connection, plan: rest, outputs, next, onPicture }, context)
      } finally {
        connection?.close()
      }
    })
  if (isLive(plan)) yield* liveCapture(plan, context, capture)
  else
    do yield* capture()
    while (plan.loop && !context.signal.aborted && pictures !== plan.frames)
}
