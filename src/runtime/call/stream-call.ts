import { DaffiError } from '../core/errors.js'
import { isItems, type Items, type StreamOptions } from '../stream/index.js'
import type { Target } from './caller.js'
import type { StreamModifierOptions } from './modifiers.js'

/** What a ring may have when nothing else is said; most need far less. */
const SHM_BYTES = 256 * 1024 * 1024
const LEAST_SHM_BYTES = 1024 * 1024

/** The one iterable of a call with STREAM. @throws DaffiError DAFFI_NOT_ITERABLE */
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

export function streamOptions(
  { callback, to }: Target,
  {
    delivery = 'lossless',
    buffer = 2,
    onError = 'stop',
    shm = { bytes: SHM_BYTES },
    source,
    onProgress,
    signal,
  }: StreamModifierOptions,
): StreamOptions {
  if (!Number.isInteger(buffer) || buffer < 1) {
    throw new DaffiError('DAFFI_USAGE', `buffer must be a whole number of items, at least 1, not ${buffer}`)
  }
  if (shm !== false && !(shm.bytes >= LEAST_SHM_BYTES)) {
    throw new DaffiError('DAFFI_USAGE', `shm.bytes must be at least ${LEAST_SHM_BYTES}, not ${shm.bytes}`)
  }
  return { call: callback, source: source ?? null, delivery, buffer, onError, shm, to, onProgress, signal }
}
