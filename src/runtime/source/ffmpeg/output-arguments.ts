import { isAtLeast } from '../../core/text/version.js'
import type { VideoPlan } from '../contract/video-plan.js'

/** JPEG quality of ffmpeg's encoder, from 2 (best) to 31. */
const JPEG_QUALITY = '3'

/**
 * Output arguments of ffmpeg: the first real video stream (no cover picture), each picture once, flushed at once.
 * JPEGs come as MIME multipart (RFC 2046) with a Content-length each, so that their ends need not be searched for.
 * @param passthrough copies the input's own JPEGs without decoding them
 */
export function outputArguments(plan: VideoPlan, ffmpegVersion: string, passthrough: boolean): string[] {
  return [
    ...['-map', '0:V:0'],
    ...(plan.frames === undefined ? [] : ['-frames:v', String(plan.frames)]),
    ...(passthrough ? copied(plan) : encoded(plan, ffmpegVersion)),
    ...['-flush_packets', '1', 'pipe:1'],
  ]
}

/** Copies JPEGs. Cameras often leave out the standard Huffman tables of MJPEG video, which `mjpeg2jpeg` adds. */
function copied({ kind }: VideoPlan): string[] {
  return ['-c:v', 'copy', ...(kind === 'camera' ? ['-bsf:v', 'mjpeg2jpeg'] : []), '-f', 'mpjpeg']
}

/** Encodes pictures. Their numbers replace timestamps: the output has none, yet ffmpeg complains of equal ones, which cameras give. */
function encoded(plan: VideoPlan, ffmpegVersion: string): string[] {
  return [
    ...['-vf', [...filtersFor(plan), 'settb=1/1000', 'setpts=N'].join(','), '-enc_time_base', '1:1000'],
    ...[isAtLeast(ffmpegVersion, '5.1') ? '-fps_mode' : '-vsync', 'passthrough'],
    ...(plan.format === 'mjpeg'
      ? ['-c:v', 'mjpeg', '-q:v', JPEG_QUALITY, '-f', 'mpjpeg']
      : ['-c:v', 'rawvideo', '-pix_fmt', plan.format, '-f', 'rawvideo']),
    // With more threads ffmpeg would encode several pictures in parallel, and be as many frames late.
    ...['-threads', '1'],
  ]
}

/** Filters for size and rate. A camera is asked for its rate when it is opened, so its frames are not resampled. */
function filtersFor({ kind, size, fps }: VideoPlan): string[] {
  return [
    ...(fps === undefined || kind === 'camera' ? [] : [`fps=${fps}`]),
    ...(size === undefined ? [] : [`scale=${size.width}:${size.height}`]),
  ]
}
