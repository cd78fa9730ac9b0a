import { setTimeout as delay } from 'node:timers/promises'
import { DaffiError } from '../../../core/errors.js'
import { isApiError, isRefusal } from '../../../nats/index.js'
import type { NatsLink } from '../../protocol/nats-link.js'
import type { StoreTrouble } from './store-trouble.js'

/** JetStream starts a little later than the server does. */
const RETRY_DELAY_MS = 250

interface AskOptions {
  link: NatsLink
  /** Name of the JetStream stream. */
  stream: string
  /** Ends the repetitions. */
  signal?: AbortSignal | undefined
  /** Tells the user when the server does not answer for a while. */
  trouble?: StoreTrouble | undefined
}

/**
 * Puts a question to JetStream until it answers. A question that waits on a connection is given up when that breaks, and
 * put again on the next one.
 * @throws DaffiError DAFFI_STREAM_LOST when the stream does not exist; what the server refuses for good; the signal's reason
 */
export async function askServer<T>(
  ask: () => Promise<T>,
  { link, stream, signal, trouble }: AskOptions,
): Promise<T> {
  for (;;) {
    try {
      return await link.whileConnected(ask)
    } catch (error) {
      if (isApiError(error, 'streamNotFound')) throw streamLost(stream)
      if (isFinal(error, link)) throw error
      trouble?.onFailure(link)
    }
    await delay(RETRY_DELAY_MS, undefined, { signal })
  }
}

export function streamLost(stream: string): DaffiError {
  return new DaffiError('DAFFI_STREAM_LOST', `the JetStream stream ${stream} does not exist any more`)
}

/** Whether an error stays the same however often the question is put. */
function isFinal(error: unknown, link: NatsLink): boolean {
  if (link.nc.isClosed() || isRefusal(error)) return true
  return error instanceof DaffiError && error.code !== 'DAFFI_ABORTED'
}
