import type { StreamSettings } from '../../core/stream/stream-options.js'
import type { Modifier, StreamModifierOptions } from './modifiers.js'

const SETTINGS = Symbol('settings')

interface PlannedOptions extends StreamModifierOptions {
  [SETTINGS]?: StreamSettings
}

/** STREAM with settings that are checked already, those of a pipeline file. */
export function plannedStream(
  settings: StreamSettings,
  options: Pick<StreamModifierOptions, 'source' | 'resultsOf' | 'as' | 'onProgress' | 'stopping' | 'signal'>,
): Modifier<'STREAM'> {
  const planned: PlannedOptions = { ...options, [SETTINGS]: settings }
  return { kind: 'STREAM', options: planned }
}

/** Settings of a planned stream; undefined for options that a program gives. */
export function settingsOf(options: PlannedOptions): StreamSettings | undefined {
  return options[SETTINGS]
}
