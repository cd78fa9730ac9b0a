import type { Exit } from '../../binaries/index.js'
import { formatMs } from '../../core/timeout.js'
import type { ErrorCode } from '../../core/error-codes.js'
import type { DaffiError } from '../../core/errors.js'
import { afterFrames, sourceError } from '../contract/source-error.js'
import { isLive, isNetwork, type VideoPlan } from '../contract/video-plan.js'
import { diagnoseCamera } from './diagnosis.js'

/** Messages of ffmpeg about what `-format_whitelist` keeps out, and about playlists that it does not take for any. */
const OTHER_FORMAT = /Format not on whitelist|Not detecting m3u8/

/** How an ffmpeg process ended. */
export interface Ending {
  exit: Exit
  /** Last lines of ffmpeg, oldest first, to be shown. */
  lines: string[]
  /** ffmpeg's own lines, without words of others. */
  own: string[]
  /** Whether a file that gave frames ends before what its container says is its end. */
  isCutOff: boolean
  /** Milliseconds of silence because of which the process was ended; undefined when it was not. */
  silentMs: number | undefined
  /** Number of frames that it gave. */
  frames: number
}

/** Error for an ending; undefined for a proper one: a file at its end, any source after the requested `frames`. */
export function endingError(plan: VideoPlan, name: string, ending: Ending): DaffiError | undefined {
  const what = describeFailure(plan, ending)
  if (what === undefined) return undefined
  const { lines, frames } = ending
  const next = adviceFor(plan, ending)
  return sourceError(
    name,
    { code: codeFor(plan, ending), message: `${what} ${afterFrames(frames)}`, next },
    frames,
    lines,
  )
}

/** Whether ffmpeg did not even open the input, because of its format. */
function isRefused({ own, frames }: Ending): boolean {
  return frames === 0 && own.some((line) => OTHER_FORMAT.test(line))
}

/** Advice where a code's own does not fit. */
function adviceFor(plan: VideoPlan, ending: Ending): string | undefined {
  if (isRefused(ending)) {
    return plan.kind === 'file'
      ? 'A playlist names other files, which are opened only with ffmpeg_args: [-f, hls] (or dash, concat); convert a video of another format to MP4.'
      : 'Write in url the address of the video itself; playlists (HLS, DASH) are not followed.'
  }
  return plan.kind === 'file' && ending.frames === 0 ? 'Check that the file is a complete video.' : undefined
}

function describeFailure(plan: VideoPlan, ending: Ending): string | undefined {
  const { exit, silentMs, frames, isCutOff } = ending
  if (isRefused(ending)) return 'refused its format (a playlist, or another that is not read by default)'
  if (silentMs !== undefined) return `nothing came for ${formatMs(silentMs)}`
  if (exit.signal !== null) return `ffmpeg was ended by ${exit.signal}`
  // For older ffmpegs a file that is cut off simply ends there.
  if (isCutOff) return 'the file is cut off'
  if (exit.exitCode !== 0) return `ffmpeg failed with exit code ${exit.exitCode ?? 'unknown'}`
  return frames !== plan.frames && (frames === 0 || isLive(plan)) ? 'ended' : undefined
}

function codeFor(plan: VideoPlan, { exit, silentMs, frames, own, isCutOff }: Ending): ErrorCode {
  if (isCutOff && exit.signal === null) return 'DAFFI_SOURCE_CUT_OFF'
  if (isNetwork(plan) && silentMs !== undefined && frames === 0) return 'DAFFI_SOURCE_UNREACHABLE'
  return (plan.kind === 'camera' ? diagnoseCamera(own) : undefined) ?? 'DAFFI_SOURCE_FAILED'
}
