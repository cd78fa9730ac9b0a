import { DaffiError } from '../../core/errors.js'
import type { StreamSummary } from '../../core/summary.js'

/** A stream that did not go as it should. `summary` says what became of every item. */
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
 * The summary of a stream that reached everyone. A live one may have lost receivers on the way, which come and go; of a
 * shared one nobody is missed who has lost nothing.
 * @throws StreamError when it was cut off or failed, or a receiver did not get to its end
 */
export function verdict(summary: StreamSummary, failure: unknown, share: boolean): StreamSummary {
  const { call, items, delivery, error } = summary
  if (error)
    throw new StreamError(
      `the stream to "${call}" ended after ${items} items: ${error.message}`,
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
  throw new StreamError(`the stream to "${call}" did not reach everyone: ${message}`, {
    ...summary,
    error: { code: 'DAFFI_STREAM_FAILED', message },
  })
}
