import { parseBytes } from '../../core/bytes.js'
import { parseDuration } from '../../core/duration.js'
import { DaffiError } from '../../core/errors.js'
import {
  BATCH,
  LEAST_RETENTION,
  LEAST_SHM_BYTES,
  MOST_BATCH,
  RETENTION,
  RETRY,
  SHM,
  type Batching,
  type Retention,
  type RetryPolicy,
  type SharedMemory,
} from '../../core/plan.js'
import { isItems, type Items, type StreamOptions } from '../../stream/index.js'
import type { Target } from '../api/pending-call.js'
import type { StreamModifierOptions } from '../api/modifiers.js'

/** Gives the iterable of a call with STREAM. @throws DaffiError DAFFI_NOT_ITERABLE */
export function streamItems({ callback, args }: Target): Items {
  const [items] = args
  if (args.length !== 1 || !isItems(items)) {
    const got = args.length === 1 ? `a ${items === null ? 'null' : typeof items}` : `${args.length} arguments`
    throw new DaffiError(
      'DAFFI_NOT_ITERABLE',
      `STREAM to "${callback}" takes exactly one iterable or async iterable, not ${got}`,
    )
  }
  return items
}

/**
 * Checks the options of STREAM, and completes them with their defaults.
 * @throws DaffiError DAFFI_USAGE and those of durations and sizes
 */
export function toStreamOptions(
  { callback, to }: Target,
  {
    delivery = 'lossless',
    buffer = 2,
    onError,
    share = false,
    source,
    name,
    onProgress,
    stopping,
    signal,
    ...more
  }: StreamModifierOptions,
): StreamOptions {
  if (!Number.isInteger(buffer) || buffer < 1) {
    throw new DaffiError('DAFFI_USAGE', `buffer must be a whole number of items, at least 1, not ${buffer}`)
  }
  return {
    call: callback,
    source: source ?? null,
    delivery,
    name,
    buffer,
    onError: onError ?? (delivery === 'durable' ? 'retry' : 'stop'),
    yields: false,
    share,
    batch: batchingOf(more.batch),
    shm: sharedMemoryOf(more.shm),
    retry: retryPolicy(more.retry),
    retention: retentionOf(more.retention),
    to,
    onProgress,
    stopping,
    signal,
  }
}

function retryPolicy({
  attempts,
  delay,
  backoff,
}: NonNullable<StreamModifierOptions['retry']> = {}): RetryPolicy {
  const policy = {
    attempts: attempts ?? RETRY.attempts,
    delayMs: delay === undefined ? RETRY.delayMs : parseDuration(delay, 'retry.delay'),
    backoff: backoff ?? RETRY.backoff,
  }
  if (!Number.isInteger(policy.attempts) || policy.attempts < 1)
    throw new DaffiError('DAFFI_USAGE', `retry.attempts must be a whole number, at least 1, not ${attempts}`)
  if (!(policy.backoff >= 1))
    throw new DaffiError('DAFFI_USAGE', `retry.backoff must be a number, at least 1, not ${backoff}`)
  return policy
}

function retentionOf({ age, bytes }: NonNullable<StreamModifierOptions['retention']> = {}): Retention {
  const retention = {
    ageMs: age === undefined ? RETENTION.ageMs : parseDuration(age, 'retention.age'),
    bytes: bytes === undefined ? RETENTION.bytes : parseBytes(bytes, 'retention.bytes'),
  }
  if (retention.bytes < LEAST_RETENTION.bytes)
    throw new DaffiError('DAFFI_USAGE', 'retention.bytes must be at least 1 MiB')
  if (retention.ageMs < LEAST_RETENTION.ageMs)
    throw new DaffiError('DAFFI_USAGE', 'retention.age must be at least a minute')
  return retention
}

function batchingOf({ bytes, linger }: NonNullable<StreamModifierOptions['batch']> = {}): Batching {
  const batching = {
    bytes: bytes === undefined ? BATCH.bytes : parseBytes(bytes, 'batch.bytes'),
    lingerMs: linger === undefined ? BATCH.lingerMs : parseDuration(linger, 'batch.linger'),
  }
  if (batching.bytes < 1 || batching.bytes > MOST_BATCH.bytes)
    throw new DaffiError('DAFFI_USAGE', 'batch.bytes must be from 1 byte to 1 MiB')
  if (batching.lingerMs > MOST_BATCH.lingerMs)
    throw new DaffiError('DAFFI_USAGE', 'batch.linger must be at most 10s')
  return batching
}

function sharedMemoryOf(shm: StreamModifierOptions['shm'] = {}): SharedMemory {
  if (shm === false) return false
  const bytes = shm.bytes === undefined ? SHM.bytes : parseBytes(shm.bytes, 'shm.bytes')
  if (bytes < LEAST_SHM_BYTES) throw new DaffiError('DAFFI_USAGE', 'shm.bytes must be at least 1 MiB')
  return { bytes }
}
