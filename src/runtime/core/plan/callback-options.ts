import { parseOptions, type GivenOptions, type OptionSpecs, type Settings } from '../stream/parse-options.js'

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
  return { ...own, ...setOf(over) }
}

/** Only the settings that are set. */
export function setOf(settings: CallbackSettings): CallbackSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}
