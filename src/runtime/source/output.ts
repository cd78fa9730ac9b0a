import { isAtLeast } from '../core/text/version.js'
import type { VideoPlan } from './video-plan.js'

/** JPEG quality of ffmpeg's encoder, from 2 (best) to 31. */
const JPEG_QUALITY = '3'

/**
 * ffmpeg's output arguments: the first true video stream, each picture once, written out as soon as it is there.
 * JPEGs come as MIME multipart (RFC 2046) with a Content-length each, so that their ends need not be searched for.
 * @param passthrough takes the input's own JPEGs, without decoding them
 */
export function outputArguments(plan: VideoPlan, ffmpegVersion: string, passthrough: boolean): string[] {
  return [
    ...['-map', '0:V:0'],
    ...(plan.frames === undefined ? [] : ['-frames:v', String(plan.frames)]),
    ...(passthrough ? copied(plan) : encoded(plan, ffmpegVersion)),
    ...['-flush_packets', '1', 'pipe:1'],
  ]
}

/** Cameras that give JPEGs for video often leave out their Huffman tables, which are the same in each. */
function copied({ kind }: VideoPlan): string[] {
  return ['-c:v', 'copy', ...(kind === 'camera' ? ['-bsf:v', 'mjpeg2jpeg'] : []), '-f', 'mpjpeg']
}

/** The output carries no timestamps, yet ffmpeg complains of equal ones, which cameras give; so pictures are numbered. */
function encoded(plan: VideoPlan, ffmpegVersion: string): string[] {
  return [
    ...['-vf', [...filtersFor(plan), 'settb=1/1000', 'setpts=N'].join(','), '-enc_time_base', '1:1000'],
    ...[isAtLeast(ffmpegVersion, '5.1') ? '-fps_mode' : '-vsync', 'passthrough'],
    ...(plan.format === 'mjpeg'
      ? ['-c:v', 'mjpeg', '-q:v', JPEG_QUALITY, '-f', 'mpjpeg']
      : ['-c:v', 'rawvideo', '-pix_fmt', plan.format, '-f', 'rawvideo']),
    // ffmpeg would encode several pictures side by side, and be as many frames late.
    ...['-threads', '1'],
  ]
}

/** A camera is asked for its rate as it is opened; what it then delivers is left alone. */
function filtersFor({ kind, size, fps }: VideoPlan): string[] {
  return [
    ...(fps === undefined || kind === 'camera' ? [] : [`fps=${fps}`]),
    ...(size === undefined ? [] : [`scale=${size.width}:${size.height}`]),
  ]
}
