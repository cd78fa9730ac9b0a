import { DaffiError } from '../../core/errors.js'
import type { VideoPlan } from '../contract/video-plan.js'
import type { Input } from './input.js'
import { inputsOf } from './inputs.js'

/** A way to read a source: an input, and whether its JPEGs go through as they are. */
export interface Way extends Input {
  passthrough: boolean
}

/** This way does not do, which says nothing of the others. */
export class UnfitWay extends Error {}

/**
 * The ways to read a source, in the order in which they are to be tried. What an input gives is known only when it is
 * open, so JPEGs are hoped for.
 * @throws DaffiError DAFFI_SOURCE_UNREACHABLE
 */
export async function waysToRead(plan: VideoPlan, name: string): Promise<Way[]> {
  const keepsRate = plan.fps === undefined || plan.kind === 'camera'
  return (await inputsOf(plan, name)).flatMap((input) => {
    const decoded = { ...input, passthrough: false }
    return plan.format === 'mjpeg' && keepsRate && input.jpeg
      ? [{ ...input, passthrough: true }, decoded]
      : [decoded]
  })
}

/** Whether another way may fare better than one that failed so. */
export function isAboutTheWay(error: unknown): boolean {
  if (error instanceof UnfitWay) return true
  if (!(error instanceof DaffiError) || error.details?.frames !== 0) return false
  const { code, message } = error
  return (
    code === 'DAFFI_SOURCE_UNREACHABLE' || code === 'DAFFI_SOURCE_BAD_MODE' || message.includes('SIGSEGV')
  )
}
