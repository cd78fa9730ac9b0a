import { DaffiError } from '../../core/errors.js'
import { parseOptions } from '../../core/stream/parse-options.js'
import { STREAM_OPTIONS, type Delivery, type OnError } from '../../core/stream/stream-options.js'
import { isItems, type Items, type StreamOptions } from '../../stream/index.js'
import type { Target } from '../api/pending-call.js'
import type { StreamModifierOptions } from '../api/modifiers.js'
import { settingsOf } from '../api/planned-stream.js'

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
 * Options of the stream: those that a program gives are checked and completed, those of a plan are ready.
 * @throws DaffiError DAFFI_USAGE, DAFFI_BAD_DURATION, DAFFI_BAD_SIZE
 */
export function toStreamOptions({ callback, to }: Target, options: StreamModifierOptions): StreamOptions {
  const settings = settingsOf(options) ?? parseOptions(STREAM_OPTIONS, { ...options })
  const { delivery = 'lossless' } = settings
  const { onError = usualOnError(delivery) } = settings
  const { source = null, onProgress, stopping, signal } = options
  return {
    ...settings,
    delivery,
    onError,
    call: callback,
    source,
    yields: false,
    to,
    onProgress,
    stopping,
    signal,
  }
}

/** One bad frame does not end a camera; what promises every item ends, or tries again. */
function usualOnError(delivery: Delivery): OnError {
  if (delivery === 'durable') return 'retry'
  return delivery === 'live' ? 'skip' : 'stop'
}
