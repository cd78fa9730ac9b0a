import type { MsgHdrs } from '@nats-io/transport-node'
import { isMeasure, isWithin, mapOf } from '../../../core/message/forms.js'
import { parseJson } from '../../../core/message/parse-json.js'
import { parseOptions } from '../../../core/stream/parse-options.js'
import { STREAM_OPTIONS, type RetryPolicy } from '../../../core/stream/stream-options.js'
import type { JobRetryOptions } from '../../api/modifiers.js'
import { HEADER } from '../../wire/headers.js'

const SPECS = { retry: STREAM_OPTIONS.retry }

/**
 * Checks the attempts of a job, whose defaults are those of a stream; undefined for a job that is tried once.
 * @throws DaffiError DAFFI_USAGE, DAFFI_BAD_DURATION
 */
export function parseRetry(retry: JobRetryOptions | undefined): RetryPolicy | undefined {
  return retry === undefined ? undefined : parseOptions(SPECS, { retry }).retry
}

export function setRetry(head: MsgHdrs, retry: RetryPolicy): void {
  head.set(HEADER.retry, JSON.stringify(retry))
}

/** Attempts of a job in the queue; undefined also when they make no sense. */
export function retryOf(head: MsgHdrs | undefined): RetryPolicy | undefined {
  const text = head?.get(HEADER.retry)
  const retry = text ? parseJson(text) : undefined
  return isRetry(retry) ? retry : undefined
}

const isRetry = mapOf<RetryPolicy>({
  attempts: isWithin(1, Number.MAX_SAFE_INTEGER),
  delayMs: isMeasure,
  backoff: (value) => isMeasure(value) && (value as number) >= 1,
})
