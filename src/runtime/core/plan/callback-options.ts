import { DaffiError } from '../errors.js'
export type { RateLimit } from '../stream/parse-options.js'
import { parseOptions, type GivenOptions, type OptionSpecs, type Settings } from '../stream/parse-options.js'

export const MISSING = ['drop', 'last', 'null'] as const
/** Fate of an item of a join that has no partner. */
export type Missing = (typeof MISSING)[number]

/**
 * All options of a callback, once, as those of STREAM in `core/stream/stream-options.ts`. None has a default here, since what
 * the pipeline file does not set is left to the callback's module.
 */
export const CALLBACK_OPTIONS = {
  concurrency: {
    type: 'count',
    min: 1,
    defaultText: 'no limit',
    text: 'Number of calls, and items of streams, that may run at the same time; further ones wait in order.',
  },
  timeout: {
    type: 'duration',
    defaultText: 'no limit',
    text: 'Longest time that a call or item may run; after it its signal aborts, and it fails with DAFFI_CALLBACK_TIMEOUT.',
  },
  rate: {
    type: 'rate',
    defaultText: 'no limit',
    text: 'Number of calls, and items of streams, that may begin in any second, minute, hour or day, in each process of the node: `10/s`, `100/m`, `5000/h`, `1/d`; further ones wait in order. With `{ limit: 10/s, by: camera }` for each value at that path of the item, or of the first argument; not together with batch.',
  },
  borrow: {
    type: 'boolean',
    defaultText: '`false`',
    text: 'true: large items of streams are loaned for as long as the callback runs, and not copied.',
  },
  batch: {
    type: 'group',
    optional: true,
    defaultText: 'none',
    text: 'The callback gets the items of streams in arrays.',
    options: {
      items: { type: 'count', min: 1, default: 8, text: 'Largest number of items in an array.' },
      within: {
        type: 'duration',
        max: '1m',
        default: '20ms',
        text: 'Longest time for which an array waits for further items, from its first one.',
      },
    },
  },
  join: {
    type: 'group',
    optional: true,
    defaultText: 'none',
    text: 'The callback gets the items of several streams together, by the names that their calls give with as; not together with batch.',
    options: {
      within: {
        type: 'duration',
        default: '15ms',
        text: 'Longest time between the captures of two items that the callback gets together.',
      },
      missing: {
        type: 'choice',
        values: MISSING,
        defaultText: '`drop`',
        text: 'What becomes of an item without a partner: drop counts it as unmatched; last gives it to the callback with the last item of the other side; null, with null in its place.',
      },
      patience: {
        type: 'duration',
        default: '5s',
        text: 'Longest time for which an item waits for its partner.',
      },
    },
  },
  state: {
    type: 'group',
    orBoolean: true,
    defaultText: 'none',
    text: 'true: the callback has context().state for items of streams, which outlives its process where the stream is not live; not together with batch or join.',
    options: {
      keep: {
        type: 'boolean',
        defaultText: 'but for live streams',
        text: 'Whether the state outlives the process, or is in its memory only.',
      },
    },
  },
} as const

/** Checked options of a callback, with times in milliseconds; absent or undefined where nothing is set. */
export type CallbackSettings = Partial<Settings<typeof CALLBACK_OPTIONS>>

/**
 * Checks the options that a module or a program gives a callback.
 * @param given options of all callbacks, by name
 * @param over settings of the pipeline file, which overrule them
 * @throws DaffiError DAFFI_USAGE, DAFFI_BAD_DURATION
 */
export function callbackSettings(
  name: string,
  given: GivenOptions = {},
  over: CallbackSettings = {},
): CallbackSettings {
  const specs: OptionSpecs = { [name]: { type: 'group', options: CALLBACK_OPTIONS, text: '' } }
  const own = parseOptions(specs, given, 'options.')[name] as CallbackSettings
  const settings = { ...own, ...setOf(over) }
  const clash = clashOf(settings)
  if (clash)
    throw new DaffiError('DAFFI_USAGE', `options.${name} has both ${clash.join(' and ')}; keep one of them`)
  return settings
}

/** Two options that are set and cannot be together; undefined when all can. */
export function clashOf({ batch, join, state, rate }: CallbackSettings): [string, string] | undefined {
  // Each of these changes what a callback gets for an item.
  const [first, second] = Object.entries({ batch, join, state }).flatMap(([name, value]) =>
    value ? [name] : [],
  )
  if (first !== undefined && second !== undefined) return [first, second]
  // The items of a batch may have several keys.
  return batch && rate?.by !== undefined ? ['batch', 'rate.by'] : undefined
}

/** Only the settings that are set. */
export function setOf(settings: CallbackSettings): CallbackSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}
