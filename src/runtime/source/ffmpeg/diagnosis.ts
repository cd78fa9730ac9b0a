import type { ErrorCode } from '../../core/error-codes.js'

/** Messages of ffmpeg about a camera, of any version and platform. */
const DIAGNOSES: readonly { code: ErrorCode; pattern: RegExp }[] = [
  { code: 'DAFFI_SOURCE_BUSY', pattern: /resource busy|in use/i },
  {
    code: 'DAFFI_SOURCE_BAD_MODE',
    pattern: /Cannot find a proper format|is not supported by the device|Could not set video options/,
  },
]

/** The error code for ffmpeg's own lines about a camera that failed; undefined when none of them is known. */
export function diagnoseCamera(own: readonly string[]): ErrorCode | undefined {
  return DIAGNOSES.find(({ pattern }) => own.some((line) => pattern.test(line)))?.code
}
