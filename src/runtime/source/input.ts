import type { CameraPlan } from '../core/plan.js'
import type { VideoPlan } from './video-plan.js'

type Platform = NodeJS.Platform

/**
 * ffmpeg's input arguments, in the order in which they are to be tried. Each kind may use the protocols that it needs
 * and no other, so that a playlist in a stream cannot make ffmpeg read a local file.
 */
export function inputArguments(plan: VideoPlan, platform: Platform = process.platform): string[][] {
  switch (plan.kind) {
    case 'camera':
      return plan.device === 'test' ? [testPattern(plan)] : captureDevice(plan, platform)
    case 'file': {
      const pace = plan.paced ? ['-re'] : []
      return [['-protocol_whitelist', 'file', ...pace, '-i', `file:${plan.path}`]]
    }
    case 'rtsp': {
      const transport = ['-rtsp_transport', 'tcp', ...LOW_LATENCY]
      return [['-protocol_whitelist', 'rtsp,rtsps,rtp,srtp,tcp,tls', ...transport, '-i', plan.url]]
    }
    case 'http': {
      // Multipart JPEG carries no timestamps, without which `fps` could not be kept.
      const clock = ['-use_wallclock_as_timestamps', '1']
      return [
        [
          '-protocol_whitelist',
          'http,https,httpproxy,tcp,tls,crypto',
          ...LOW_LATENCY,
          ...clock,
          '-i',
          plan.url,
        ],
      ]
    }
  }
}

/** Nothing is held back: not what was read to find out the kind of stream, nor pictures for decoding them side by side. */
const LOW_LATENCY = ['-fflags', 'nobuffer', '-flags', 'low_delay', '-fpsprobesize', '0']

function testPattern({ size, fps }: CameraPlan): string[] {
  const options = [
    ...(size === undefined ? [] : [`size=${size.width}x${size.height}`]),
    ...(fps === undefined ? [] : [`rate=${fps}`]),
  ]
  return ['-re', '-f', 'lavfi', '-i', options.length ? `testsrc2=${options.join(':')}` : 'testsrc2']
}

function captureDevice({ device, size, fps }: CameraPlan, platform: Platform): string[][] {
  const mode = [
    ...LOW_LATENCY,
    ...(size === undefined ? [] : ['-video_size', `${size.width}x${size.height}`]),
    ...(fps === undefined ? [] : ['-framerate', String(fps)]),
  ]
  switch (platform) {
    case 'darwin':
      return [['-f', 'avfoundation', ...mode, '-i', `${device}:`]]
    case 'win32':
      return [['-f', 'dshow', ...mode, '-i', `video=${device}`]]
    default: {
      // Raw pixels at this size and rate are often more than USB carries, but not every device has MJPEG.
      const any = [...mode, '-i', device]
      return [
        ['-f', 'v4l2', '-input_format', 'mjpeg', ...any],
        ['-f', 'v4l2', ...any],
      ]
    }
  }
}
