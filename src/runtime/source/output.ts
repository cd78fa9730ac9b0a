import { isAtLeast } from '../binaries/index.js'
import type { VideoPlan } from './video-plan.js'

/** JPEG quality of ffmpeg's encoder, from 2 (best) to 31. */
const JPEG_QUALITY = '3'

/**
 * ffmpeg's output arguments: the first true video stream, each picture once, written out as soon as it is there.
 * JPEGs come as MIME multipart (RFC 2046) with a Content-length each, so that their ends need not be searched for.
 * The output carries no timestamps, yet ffmpeg complains of equal ones, which cameras give; so pictures are numbered.
 */
export function outputArguments(plan: VideoPlan, ffmpegVersion: string): string[] {
  const codec =
    plan.format === 'mjpeg'
      ? ['-c:v', 'mjpeg', '-q:v', JPEG_QUALITY, '-f', 'mpjpeg']
      : ['-c:v', 'rawvideo', '-pix_fmt', plan.format, '-f', 'rawvideo']
  return [
    ...['-map', '0:V:0'],
    ...['-vf', [...filtersFor(plan), 'settb=1/1000', 'setpts=N'].join(','), '-enc_time_base', '1:1000'],
    ...(plan.frames === undefined ? [] : ['-frames:v', String(plan.frames)]),
    ...[isAtLeast(ffmpegVersion, '5.1') ? '-fps_mode' : '-vsync', 'passthrough'],
    ...codec,
    // ffmpeg would encode several pictures side by side, and be as many frames late.
    ...['-threads', '1'],
    ...['-flush_packets', '1', 'pipe:1'],
  ]
}

/** A camera is asked for its rate as it is opened; what it then delivers is left alone. */
function filtersFor({ kind, size, fps }: VideoPlan): string[] {
  return [
    ...(fps === undefined || kind === 'camera' ? [] : [`fps=${fps}`]),
    ...(size === undefined ? [] : [`scale=${size.width}:${size.height}`]),
  ]
}
