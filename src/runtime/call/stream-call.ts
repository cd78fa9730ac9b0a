import { DaffiError } from '../core/errors.js'
import { isItems, type Items, type StreamOptions } from '../stream/index.js'
import type { Target } from './caller.js'
import type { StreamModifierOptions } from './modifiers.js'

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
  { delivery = 'lossless', buffer = 2, onError = 'stop', source, onProgress, signal }: StreamModifierOptions,
): StreamOptions {
  if (!Number.isInteger(buffer) || buffer < 1) {
    throw new DaffiError('DAFFI_USAGE', `buffer must be a whole number of items, at least 1, not ${buffer}`)
  }
  return { call: callback, source: source ?? null, delivery, buffer, onError, to, onProgress, signal }
}
