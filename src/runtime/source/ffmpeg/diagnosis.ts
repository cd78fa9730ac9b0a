import type { ErrorCode } from '../../core/error-codes.js'
import type { VideoPlan } from '../contract/video-plan.js'

interface Diagnosis {
  code: ErrorCode
  kinds: readonly VideoPlan['kind'][]
  /** Messages of ffmpeg with this meaning, of any version and platform. */
  pattern: RegExp
}

const NETWORK = ['rtsp', 'http'] as const

const DIAGNOSES: readonly Diagnosis[] = [
  { code: 'DAFFI_SOURCE_BUSY', kinds: ['camera'], pattern: /resource busy|in use/i },
  {
    code: 'DAFFI_SOURCE_BAD_MODE',
    kinds: ['camera'],
    pattern: /Cannot find a proper format|is not supported by the device|Could not set video options/,
  },
  { code: 'DAFFI_SOURCE_DENIED', kinds: NETWORK, pattern: /\b40[13]\b/ },
  {
    code: 'DAFFI_SOURCE_UNREACHABLE',
    kinds: NETWORK,
    pattern:
      /Connection (refused|reset|timed out)|No route to host|(Network|Host) is (unreachable|down)|resolve hostname/i,
  },
  {
    code: 'DAFFI_SOURCE_CUT_OFF',
    kinds: ['file'],
    pattern: /partial file|Read error|ended prematurely|truncat/i,
  },
]

/** The error code for ffmpeg's last error lines; undefined when none of them is known. */
export function diagnoseFfmpeg(plan: VideoPlan, errors: readonly string[]): ErrorCode | undefined {
  const text = errors.join('\n')
  return DIAGNOSES.find(({ kinds, pattern }) => kinds.includes(plan.kind) && pattern.test(text))?.code
}
