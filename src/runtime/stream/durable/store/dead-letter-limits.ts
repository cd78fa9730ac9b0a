import type { StreamConfig } from '@nats-io/jetstream'
import { isCount, isMeasure, mapOf } from '../../../core/message/forms.js'
import { parseJson } from '../../../core/message/parse-json.js'

/** Limits of the dead letters of a pipeline; undefined where there is none. */
export interface DeadLetterLimits {
  /** Longest time that a letter is kept, in milliseconds. */
  ageMs?: number | undefined
  /** Bytes on the server's disk. */
  bytes?: number | undefined
}

/** Account of the letters that were dropped because of the limits. */
export interface DroppedLetters {
  letters: number
  /** Bytes of their items and arguments. */
  bytes: number
  /** Time when the latest ones were dropped, in milliseconds since 1970. */
  time: number
  /** Id of the last one that was dropped, as all before it. */
  through: number
}

export const NONE_DROPPED: DroppedLetters = { letters: 0, bytes: 0, time: 0, through: 0 }

/** Names of the limits in the metadata of the stream, where everybody who stores a letter finds them. */
const AGE = 'daffi_age_ms'
const BYTES = 'daffi_bytes'
/** Part of the limit that is made free at once, so that not every letter has others dropped. */
const SLACK = 0.1

const isDropped = mapOf<DroppedLetters>({
  letters: isCount,
  bytes: isCount,
  time: isMeasure,
  through: isCount,
})

/** The account in a message; that of nothing for what makes no sense. */
export function droppedOf(data: Uint8Array): DroppedLetters {
  const dropped = parseJson(Buffer.from(data).toString())
  return isDropped(dropped) ? dropped : NONE_DROPPED
}

export function limitsOf({ metadata = {} }: Pick<StreamConfig, 'metadata'>): DeadLetterLimits {
  const limit = (name: string): number | undefined => {
    const value = Number(metadata[name] ?? NaN)
    return isMeasure(value) && value > 0 ? value : undefined
  }
  return { ageMs: limit(AGE), bytes: limit(BYTES) }
}

export function metadataOf({ ageMs, bytes }: DeadLetterLimits): Record<string, string> {
  return {
    ...(ageMs !== undefined && { [AGE]: String(ageMs) }),
    ...(bytes !== undefined && { [BYTES]: String(bytes) }),
  }
}

/** Amount over the limits: letters that were stored before a time, and an amount of bytes. */
export interface Excess {
  /** In milliseconds since 1970; 0 for none. */
  before: number
  bytes: number
}

/** Excess of a stream that has these bytes, and its oldest message from that time; undefined for none. */
export function excessOf(
  { ageMs, bytes }: DeadLetterLimits,
  state: { bytes: number; first_ts: string },
): Excess | undefined {
  const before = ageMs === undefined ? 0 : Date.now() - ageMs
  const over = bytes === undefined ? 0 : Math.max(0, state.bytes - bytes)
  if (over === 0 && !(Date.parse(state.first_ts) < before)) return undefined
  return { before, bytes: over === 0 ? 0 : over + (bytes ?? 0) * SLACK }
}
