import type { VideoPlan } from '../contract/video-plan.js'
import { cameraInputs } from './camera-inputs.js'
import type { Input } from './input.js'
import { networkInput } from './network-input.js'
import { addressesOf } from './resolve-host.js'

/**
 * The inputs that may do, in the order in which they are to be tried. Each kind may use the protocols that it needs and
 * no other, so that a playlist in a stream cannot make ffmpeg read a local file.
 * @throws DaffiError DAFFI_SOURCE_UNREACHABLE
 */
export async function inputsOf(
  plan: VideoPlan,
  name: string,
  platform: NodeJS.Platform = process.platform,
): Promise<Input[]> {
  switch (plan.kind) {
    case 'camera':
      return cameraInputs(plan, platform)
    case 'file': {
      const pace = [...(plan.paced ? ['-re'] : []), ...(plan.loop ? ['-stream_loop', '-1'] : [])]
      const args = ['-protocol_whitelist', 'file', ...pace, ...plan.ffmpegArgs, '-i', `file:${plan.path}`]
      return [{ args, jpeg: true }]
    }
    case 'rtsp':
    case 'http': {
      const addresses = await addressesOf(plan.url, name)
      return addresses.map((address) => networkInput(plan, address))
    }
  }
}
