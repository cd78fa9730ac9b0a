import type { ErrorCode } from '../../core/error-codes.js'
import type { VideoPlan } from '../contract/video-plan.js'

interface Diagnosis {
  code: ErrorCode
  kinds: readonly VideoPlan['kind'][]
  /** In ffmpeg's words, of any version and platform. */
  words: RegExp
}

const NETWORK = ['rtsp', 'http'] as const

const DIAGNOSES: readonly Diagnosis[] = [
  { code: 'DAFFI_SOURCE_BUSY', kinds: ['camera'], words: /resource busy|in use/i },
  {
    code: 'DAFFI_SOURCE_BAD_MODE',
    kinds: ['camera'],
    words: /Cannot find a proper format|is not supported by the device|Could not set video options/,
  },
  { code: 'DAFFI_SOURCE_DENIED', kinds: NETWORK, words: /\b40[13]\b/ },
  {
    code: 'DAFFI_SOURCE_UNREACHABLE',
    kinds: NETWORK,
    words:
      /Connection (refused|reset|timed out)|No route to host|(Network|Host) is (unreachable|down)|resolve hostname/i,
  },
  {
    code: 'DAFFI_SOURCE_CUT_OFF',
    kinds: ['file'],
    words: /partial file|Read error|ended prematurely|truncat/i,
  },
]

/** What ffmpeg's last lines are known to mean. */
export function diagnose(plan: VideoPlan, errors: readonly string[]): ErrorCode | undefined {
  const text = errors.join('\n')
  return DIAGNOSES.find(({ kinds, words }) => kinds.includes(plan.kind) && words.test(text))?.code
}
