import type { VideoPlan } from '../contract/video-plan.js'
import { cameraInputs } from './camera-inputs.js'
import { fileInput } from './file-input.js'
import type { Input } from './input.js'
import { networkInput } from './network-input.js'
import { resolveHost } from './resolve-host.js'

/**
 * Possible inputs of a source, in the order in which they are tried. Each kind may use only the protocols that it needs,
 * so that a playlist in a stream cannot make ffmpeg read a local file.
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
    case 'file':
      return [fileInput(plan)]
    case 'rtsp':
    case 'http': {
      const resolved = await resolveHost(plan.url, name)
      return resolved.map((each) => networkInput(plan, each))
    }
  }
}
