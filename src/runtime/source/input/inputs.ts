import type { NetworkPlan } from '../../core/plan/plan.js'
import type { VideoPlan } from '../contract/video-plan.js'
import { MAX_PIXELS } from '../contract/size.js'
import { connectHttp } from '../network/http/connect-http.js'
import { connectRtsp } from '../network/rtsp/connect-rtsp.js'
import { cameraInputs } from './camera-inputs.js'
import { fileInput } from './file-input.js'
import type { Input } from './input.js'
import { LOW_LATENCY, PROMPT } from './low-latency.js'

/**
 * Possible inputs of a source, in the order in which they are tried. Each kind may use only the protocols and formats that it
 * needs, so that what others send cannot make ffmpeg read anything else.
 */
export function inputsOf(plan: VideoPlan, platform: NodeJS.Platform = process.platform): Input[] {
  switch (plan.kind) {
    case 'camera':
      return cameraInputs(plan, platform)
    case 'file':
      return [fileInput(plan)]
    case 'rtsp':
    case 'http':
      return [networkInput(plan)]
  }
}

/** Input of a network camera, to which daffi itself connects. */
function networkInput(plan: NetworkPlan): Input {
  return {
    // A video on a web server may be short: nothing of it is left out.
    args: [...(plan.kind === 'http' ? PROMPT : LOW_LATENCY), '-max_pixels', String(MAX_PIXELS)],
    jpeg: true,
    connect: (limits) => (plan.kind === 'http' ? connectHttp(plan, limits) : connectRtsp(plan, limits)),
  }
}
