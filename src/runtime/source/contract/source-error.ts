import type { ErrorCode } from '../../core/error-codes.js'
import { DaffiError } from '../../core/errors.js'

interface Failure {
  code: ErrorCode
  message: string
  next: string | undefined
}

/**
 * The error for the end of a source.
 * @param ffmpeg last lines of ffmpeg, where it has read the source
 */
export function sourceError(
  name: string,
  { code, message, next }: Failure,
  frames: number,
  ffmpeg?: readonly string[],
): DaffiError {
  const last = ffmpeg?.length ? `; ffmpeg's last lines: ${ffmpeg.join(' | ')}` : ''
  return new DaffiError(code, `source ${name}: ${message}${last}`, {
    details: { source: name, frames, ...(ffmpeg === undefined ? {} : { ffmpeg }) },
    ...(next === undefined ? {} : { next }),
  })
}

/** Words for when a source ended: `before the first frame`, `after 7 frames`. */
export function afterFrames(frames: number): string {
  if (frames === 0) return 'before the first frame'
  return `after ${frames} ${frames === 1 ? 'frame' : 'frames'}`
}
