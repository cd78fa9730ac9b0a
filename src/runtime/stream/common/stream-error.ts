import { DaffiError } from '../../core/errors.js'
import type { StreamSummary } from '../../core/plan/summary.js'
import { count } from '../../core/text/count.js'

/** Error of a stream that was cut off, failed, or did not reach a receiver. `summary` accounts for every item. */
export class StreamError extends DaffiError {
  override readonly name = 'StreamError'

  constructor(
    message: string,
    readonly summary: StreamSummary,
    cause?: unknown,
  ) {
    super('DAFFI_STREAM_FAILED', message, { cause })
  }
}

/**
 * Checks the summary of a stream that is over. Live streams tolerate receivers that leave; shared streams tolerate a
 * receiver that left without losing items.
 * @throws StreamError when the stream was cut off or failed, or a receiver did not get to its end
 */
export function assertDelivered(summary: StreamSummary, failure: unknown, share: boolean): StreamSummary {
  const { call, items, delivery, error } = summary
  if (error)
    throw new StreamError(
      `the stream to "${call}" ended after ${count(items, 'item')}: ${error.message}`,
      summary,
      failure,
    )
  const broken = Object.entries(summary.receivers).filter(
    ([, { state, lost }]) =>
      state === 'stopped' || (delivery !== 'live' && state !== 'finished' && !(share && lost === 0)),
  )
  if (broken.length === 0) return summary
  const message = broken
    .map(([name, { state, error: why }]) => `${name} ${state}${why ? `: ${why.message}` : ''}`)
    .join('; ')
  throw new StreamError(`the stream to "${call}" did not reach every receiver: ${message}`, {
    ...summary,
    error: { code: 'DAFFI_STREAM_FAILED', message },
  })
}
