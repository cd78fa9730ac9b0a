import type { Exit } from '../../binaries/index.js'
import { formatMs } from '../../core/timeout.js'
import type { ErrorCode } from '../../core/error-codes.js'
import { DaffiError } from '../../core/errors.js'
import { isLive, type VideoPlan } from '../contract/video-plan.js'
import { diagnoseFfmpeg } from './diagnosis.js'

/** How an ffmpeg process ended. */
export interface Ending {
  exit: Exit
  /** Last error lines of ffmpeg, oldest first. */
  errors: string[]
  /** Milliseconds of silence because of which the process was ended; undefined when it was not. */
  silentMs: number | undefined
  /** Number of frames that it gave. */
  frames: number
}

/** Error for an ending; undefined for a proper one: a file at its end, any source after the requested `frames`. */
export function endingError(plan: VideoPlan, name: string, ending: Ending): DaffiError | undefined {
  const what = describeFailure(plan, ending)
  if (what === undefined) return undefined
  const { errors, frames } = ending
  const after =
    frames === 0 ? 'before the first frame' : `after ${frames} ${frames === 1 ? 'frame' : 'frames'}`
  const last = errors.length ? `; ffmpeg's last lines: ${errors.join(' | ')}` : ''
  return new DaffiError(codeFor(plan, ending), `source ${name}: ${what} ${after}${last}`, {
    details: { source: name, frames, ffmpeg: errors },
    ...(plan.kind === 'file' && frames === 0 ? { next: 'Check that the file is a complete video.' } : {}),
  })
}

function describeFailure(plan: VideoPlan, { exit, silentMs, frames, errors }: Ending): string | undefined {
  if (silentMs !== undefined) return `nothing came for ${formatMs(silentMs)}`
  if (exit.signal !== null) return `ffmpeg was ended by ${exit.signal}`
  if (exit.exitCode !== 0) return `ffmpeg failed with exit code ${exit.exitCode ?? 'unknown'}`
  if (frames === plan.frames) return undefined
  // For ffmpeg a file that is cut off simply ends there.
  if (frames > 0 && diagnoseFfmpeg(plan, errors) === 'DAFFI_SOURCE_CUT_OFF') return 'the file is cut off'
  return frames === 0 || isLive(plan) ? 'ended' : undefined
}

function codeFor(plan: VideoPlan, { silentMs, frames, errors }: Ending): ErrorCode {
  // Without a single frame nothing shows that the file is a video at all.
  if (plan.kind === 'file' && frames === 0) return 'DAFFI_SOURCE_FAILED'
  const isHost = plan.kind === 'rtsp' || plan.kind === 'http'
  if (silentMs !== undefined && frames === 0 && isHost) return 'DAFFI_SOURCE_UNREACHABLE'
  return diagnoseFfmpeg(plan, errors) ?? 'DAFFI_SOURCE_FAILED'
}
