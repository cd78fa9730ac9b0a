import type { PixelFormat } from '../../core/frame.js'
import { isAtLeast } from '../../core/text/version.js'
import type { Size } from '../contract/size.js'
import type { VideoPlan } from '../contract/video-plan.js'

/** JPEG quality of ffmpeg's encoder, from 2 (best) to 31. */
const JPEG_QUALITY = '3'

const RISING_TIMESTAMPS = ['settb=1/1000000', 'setpts=max(PREV_OUTPTS+1\\,time(0)*1000000)']

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

/**
 * Encodes pictures. The time of their encoding replaces timestamps: the output has none, yet ffmpeg complains of equal ones, which
 * cameras give. Counting would begin anew where the pictures' size changes, since ffmpeg then makes new filters.
 */
function encoded(plan: VideoPlan, ffmpegVersion: string): string[] {
  const { codec, muxer } = outputFormat(plan.format, plan.size)
  return [
    ...['-vf', [...filtersFor(plan), ...RISING_TIMESTAMPS].join(','), '-enc_time_base', '1:1000000'],
    ...rateArguments(ffmpegVersion),
    ...[...codec, '-f', muxer],
    // With more threads ffmpeg would encode several pictures in parallel, and be as many frames late.
    ...['-threads', '1'],
  ]
}

/** Arguments that make ffmpeg write each picture once, whatever its timestamp. */
export function rateArguments(ffmpegVersion: string): string[] {
  return [isAtLeast(ffmpegVersion, '5.1') ? '-fps_mode' : '-vsync', 'passthrough']
}

/**
 * Formats of output. Raw pictures whose size is not known beforehand are in one that states it, where old versions of ffmpeg
 * copy each picture once more.
 */
export function outputFormat(format: PixelFormat, size?: Size): { codec: string[]; muxer: string } {
  if (format === 'mjpeg') return { codec: ['-c:v', 'mjpeg', '-q:v', JPEG_QUALITY], muxer: 'mpjpeg' }
  if (size) return { codec: ['-c:v', 'rawvideo', '-pix_fmt', format], muxer: 'rawvideo' }
  switch (format) {
    case 'yuv420p':
      return { codec: ['-c:v', 'wrapped_avframe', '-pix_fmt', format], muxer: 'yuv4mpegpipe' }
    default:
      return { codec: ['-c:v', 'xwd', '-pix_fmt', format], muxer: 'image2pipe' }
  }
}

function filtersFor(plan: VideoPlan): string[] {
  const { size } = plan
  return [...rateFilter(plan), ...(size === undefined ? [] : [`scale=${size.width}:${size.height}`])]
}

/** Filter for the rate. A camera is asked for it when it is opened, so its frames are not resampled. */
export function rateFilter({ kind, fps }: VideoPlan): string[] {
  return fps === undefined || kind === 'camera' ? [] : [`fps=${fps}`]
}
