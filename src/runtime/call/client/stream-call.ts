import { DaffiError } from '../../core/errors.js'
import { isToken } from '../../core/names.js'
import { parseOptions } from '../../core/stream/parse-options.js'
import { STREAM_OPTIONS, type Delivery, type OnError } from '../../core/stream/stream-options.js'
import type { StreamSummary } from '../../core/plan/summary.js'
import { isItems, PushedItems, writeStream, type Items, type StreamOptions } from '../../stream/index.js'
import type { Target } from '../api/pending-call.js'
import type { StreamModifierOptions } from '../api/modifiers.js'
import type { CallerContext } from '../caller/caller-context.js'
import { letterOf, settingsOf } from '../api/planned-stream.js'

/**
 * Streams the iterable of the call, or results of a callback of this process.
 * @throws DaffiError DAFFI_NOT_ITERABLE, DAFFI_UNKNOWN_CALLBACK; else those of `writeStream`
 */
export async function callStream(
  target: Target,
  options: StreamModifierOptions,
  { ports, registry, failing }: Pick<CallerContext, 'ports' | 'registry' | 'failing'>,
): Promise<StreamSummary> {
  const { signal, ...chosen } = toStreamOptions(target, options)
  const settings = { ...chosen, signal: AbortSignal.any(signal ? [signal, failing] : [failing]) }
  if (settings.resultsOf === undefined || target.args.length > 0)
    return await writeStream(streamItems(target), settings, ports)
  const items = new PushedItems({ hasOrder: settings.order !== undefined })
  registry.stage(settings.resultsOf).add(items, true)
  try {
    return await writeStream(items, settings, ports)
  } finally {
    items.close()
  }
}

/** Gives the iterable of a call with STREAM. @throws DaffiError DAFFI_NOT_ITERABLE */
function streamItems({ callback, args }: Target): Items {
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
 * @throws DaffiError DAFFI_USAGE, DAFFI_BAD_DURATION, DAFFI_BAD_SIZE, DAFFI_KEYS_NOT_DURABLE
 */
export function toStreamOptions({ callback, to }: Target, options: StreamModifierOptions): StreamOptions {
  const settings = settingsOf(options) ?? parseOptions(STREAM_OPTIONS, { ...options })
  const { delivery = 'lossless' } = settings
  const { share } = settings
  const by = typeof share === 'object' ? share.by : undefined
  if (by !== undefined && delivery === 'durable')
    throw new DaffiError('DAFFI_KEYS_NOT_DURABLE', `the stream to "${callback}" is durable and shared by key`)
  const { onError = usualOnError(delivery) } = settings
  const { source = null, resultsOf, as, onProgress, stopping, signal } = options
  if (as !== undefined && !isToken(as))
    throw new DaffiError('DAFFI_USAGE', 'as must be a name of letters, digits, _ and -')
  if (as !== undefined && settings.share)
    throw new DaffiError('DAFFI_USAGE', `as ${as} with share: a joined stream goes to each node as a whole`)
  if (settings.share && settings.order !== undefined)
    throw new DaffiError(
      'DAFFI_USAGE',
      'order cannot be set beside share: the receivers would each get a part',
    )
  return {
    ...settings,
    share: share !== false,
    by,
    delivery,
    onError,
    call: callback,
    source,
    resultsOf,
    as,
    letter: letterOf(options),
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
