import type { CameraPlan } from '../../core/plan/plan.js'
import type { Input } from './input.js'
import { LOW_LATENCY } from './low-latency.js'

/** Inputs of a capture device through ffmpeg's device layer on this platform, or of ffmpeg's test pattern. */
export function cameraInputs(plan: CameraPlan, platform: NodeJS.Platform): Input[] {
  if (plan.device === 'test') return [testPattern(plan)]
  const { device } = plan
  const options = [...modeOf(plan), ...plan.ffmpegArgs]
  switch (platform) {
    case 'darwin':
      return [raw('avfoundation', [...options, '-i', `${device}:`])]
    case 'win32':
      return jpegFirst('dshow', '-vcodec', [...options, '-i', `video=${device}`])
    default:
      return jpegFirst('v4l2', '-input_format', [...options, '-i', device])
  }
}

function testPattern({ size, fps, ffmpegArgs }: CameraPlan): Input {
  const options = [
    ...(size === undefined ? [] : [`size=${size.width}x${size.height}`]),
    ...(fps === undefined ? [] : [`rate=${fps}`]),
  ]
  const pattern = options.length ? `testsrc2=${options.join(':')}` : 'testsrc2'
  return { args: ['-re', '-f', 'lavfi', ...ffmpegArgs, '-i', pattern], jpeg: false }
}

function modeOf({ size, fps }: CameraPlan): string[] {
  return [
    ...LOW_LATENCY,
    ...(size === undefined ? [] : ['-video_size', `${size.width}x${size.height}`]),
    ...(fps === undefined ? [] : ['-framerate', String(fps)]),
  ]
}

/** MJPEG first: raw pixels of this size and rate are often more than USB carries, but not every device has MJPEG. */
function jpegFirst(format: string, option: string, args: string[]): Input[] {
  return [{ args: ['-f', format, option, 'mjpeg', ...args], jpeg: true }, raw(format, args)]
}

function raw(format: string, args: string[]): Input {
  return { args: ['-f', format, ...args], jpeg: false }
}
