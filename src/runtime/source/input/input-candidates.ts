import { DaffiError } from '../../core/errors.js'
import type { Size } from '../contract/size.js'
import type { VideoPlan } from '../contract/video-plan.js'
import type { Input } from './input.js'
import { inputsOf } from './inputs.js'

/** An input to try, and whether its JPEGs are passed through undecoded. */
export interface InputCandidate extends Input {
  passthrough: boolean
}

/** Says that an input cannot be read as its candidate has it; another candidate may do. */
export class UnsuitableInput extends Error {}

/**
 * Candidates for reading a source, in the order in which they are tried. The format of an input is known only once it is
 * open, so passing JPEGs through is tried first.
 */
export function inputCandidates(plan: VideoPlan): InputCandidate[] {
  const keepsRate = plan.fps === undefined || plan.kind === 'camera'
  return inputsOf(plan).flatMap((input) => {
    const decoded = { ...input, passthrough: false }
    return plan.format === 'mjpeg' && keepsRate && input.jpeg
      ? [{ ...input, passthrough: true }, decoded]
      : [decoded]
  })
}

/** Checks a JPEG that is passed through. @throws UnsuitableInput unless it has the requested size */
export function checkPassthrough({ size }: VideoPlan, { width, height }: Size): void {
  const fits = size === undefined || (size.width === width && size.height === height)
  if (!fits) throw new UnsuitableInput(`it gives JPEGs of ${width}x${height}`)
}

/** Whether the next candidate may succeed after one failed with this error. */
export function mayTryNextCandidate(error: unknown): boolean {
  if (error instanceof UnsuitableInput) return true
  return error instanceof DaffiError && error.details?.frames === 0 && error.code === 'DAFFI_SOURCE_BAD_MODE'
}
