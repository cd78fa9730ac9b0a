import type { StreamSettings } from '../../core/stream/stream-options.js'
import type { Modifier, StreamModifierOptions } from './modifiers.js'

const SETTINGS = Symbol('settings')
const LETTER = Symbol('letter')

interface PlannedOptions extends StreamModifierOptions {
  [SETTINGS]?: StreamSettings
  [LETTER]?: number
}

/** STREAM with settings that are checked already, those of a pipeline file. */
export function plannedStream(
  settings: StreamSettings,
  options: Pick<StreamModifierOptions, 'source' | 'resultsOf' | 'as' | 'onProgress' | 'stopping' | 'signal'>,
): Modifier<'STREAM'> {
  const planned: PlannedOptions = { ...options, [SETTINGS]: settings }
  return { kind: 'STREAM', options: planned }
}

/** STREAM of the item of a dead letter. @param item its number in the durable stream `source` */
export function letterStream(
  item: number,
  options: Pick<StreamModifierOptions, 'source' | 'signal'>,
): Modifier<'STREAM'> {
  const ofLetter: PlannedOptions = { ...options, [LETTER]: item }
  return { kind: 'STREAM', options: ofLetter }
}

/** Number of the item of a dead letter; undefined for another stream. */
export function letterOf(options: PlannedOptions): number | undefined {
  return options[LETTER]
}

/** Settings of a planned stream; undefined for options that a program gives. */
export function settingsOf(options: PlannedOptions): StreamSettings | undefined {
  return options[SETTINGS]
}
