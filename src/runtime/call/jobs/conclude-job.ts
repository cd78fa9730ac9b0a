import { setTimeout as delay } from 'node:timers/promises'
import { JetStreamApiError, type JsMsg } from '@nats-io/jetstream'
import { encode } from '../../codec/index.js'
import { backoffMs } from '../../core/backoff.js'
import { DaffiError, messageOf } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { thrownRecord } from '../../core/message/error-text.js'
import type { RetryPolicy } from '../../core/stream/stream-options.js'
import type { DeadLetterStore } from '../../stream/index.js'
import { RemoteError, remoteFields, type RemoteErrorFields } from '../api/remote-error.js'
import { decodeArguments } from '../wire/encoding.js'
import { HEADER } from '../wire/headers.js'
import type { CallTiming } from '../wire/timing.js'
import type { OwnClaim } from './store/claim.js'
import { JobNames } from './store/job-names.js'
import type { Holder, JobOutcome } from './store/job-record.js'
import { retryOf } from './store/job-retry.js'
import type { Settlement } from './store/job-record-bucket.js'
import type { JobStore } from './store/job-store.js'

/** Fate of a job after an attempt: it leaves the queue, is due again after a pause, or is another node's. */
export type Conclusion = { state: 'ended' } | { state: 'postponed'; pauseMs: number } | { state: 'lost' }

interface ConcludeOptions {
  store: JobStore
  letters: DeadLetterStore
  self: Holder
  log: Logger
  timing: CallTiming
  /** Whether this node leaves, and cannot wait until the server stores something. */
  isLeaving: () => boolean
}

/**
 * Stores what an attempt has led to: another attempt, or the job's outcome; before the outcome of one that has failed at its
 * last attempt its dead letter. Repeated until the server has it, since the work is done, and would be done twice.
 */
export async function concludeJob(
  message: JsMsg,
  claim: OwnClaim,
  outcome: JobOutcome,
  options: ConcludeOptions,
): Promise<Conclusion> {
  const { store, letters, self } = options
  const { id } = JobNames.parse(message.subject)
  const retry = retryOf(message.headers)
  const persist = makePersist(id, options)
  let settlement: Settlement = { outcome }
  if (outcome.state === 'failed') {
    const { error } = outcome
    const { code, message: text } = thrownRecord(new RemoteError(error))
    const failure = { time: Date.now(), node: self.node, code, message: text }
    if (retry && claim.attempts + 1 < retry.attempts) {
      const pauseMs = backoffMs({ firstMs: retry.delayMs, factor: retry.backoff }, claim.attempts)
      await persist(() => store.records.postpone(id, claim, pauseMs, failure))
      return { state: 'postponed', pauseMs }
    }
    settlement = { outcome, failure }
    if (retry) {
      const payload = await persist(() => store.queue.arguments(message))
      await persist(() => bury(message, payload, { error, retry, node: self.node, letters }))
    } else if (message.headers?.has(HEADER.schedule) !== true) {
      // Without its arguments the job cannot be run again, which is no reason to lose its error.
      settlement.args = await store.queue.arguments(message).catch(() => undefined)
    }
  }
  for (;;) {
    const next = settlement
    try {
      const isEnded = await persist(() => store.records.settle(id, claim, next), isRefusal)
      return { state: isEnded ? 'ended' : 'lost' }
    } catch (error) {
      if (!isRefusal(error)) throw error
      const { args, ...others } = settlement
      if (args) settlement = others
      else settlement = { outcome: { state: 'failed', error: remoteFields(error, self.node) } }
    }
  }
}

/** Whether an outcome can never be stored as it is: it is too large, or cannot be encoded. */
const isRefusal = (error: unknown): boolean =>
  error instanceof DaffiError && error.code !== 'DAFFI_SERVER_LOST'

type Persist = <T>(store: () => Promise<T>, isFinal?: (error: unknown) => boolean) => Promise<T>

/** Makes a function that repeats an attempt to store something until it succeeds, or fails for good. */
function makePersist(id: string, { log, timing, isLeaving }: ConcludeOptions): Persist {
  let isWarned = false
  return async (store, isFinal = () => false) => {
    for (;;) {
      try {
        return await store()
      } catch (error) {
        if (isFinal(error) || isLeaving()) throw error
        const isRefused = error instanceof JetStreamApiError || isRefusal(error)
        // The store is probably full: an operator must make room.
        if (isRefused && !isWarned)
          log.warn(
            `the server does not keep the result of job ${id}: ${messageOf(error)}; it is tried until it does`,
          )
        else log.debug(`the result of job ${id} is not stored yet: ${String(error)}`)
        isWarned ||= isRefused
        await delay(timing.retryMs)
      }
    }
  }
}

interface Failure {
  error: RemoteErrorFields
  retry: RetryPolicy
  node: string
  letters: DeadLetterStore
}

/** Stores a job that has failed at its last attempt among the dead letters. */
async function bury(
  { subject, headers }: JsMsg,
  payload: Uint8Array,
  { error, retry, node, letters }: Failure,
): Promise<void> {
  const { id, callback, to } = JobNames.parse(subject)
  const item = encode(decodeArguments(payload), 'the arguments')
  const letter = {
    call: callback,
    job: id,
    node,
    to: to ?? null,
    timeoutMs: Number(headers?.get(HEADER.timeout)) || 0,
    retry,
    digest: headers?.get(HEADER.digest) || null,
    error: thrownRecord(new RemoteError(error)),
    attempts: retry.attempts,
    time: Date.now(),
    kind: null,
    bytes: item.length,
  }
  await letters.add(letter, item)
}
