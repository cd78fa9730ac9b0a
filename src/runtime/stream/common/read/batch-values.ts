import { decodeValues } from '../../../codec/index.js'
import type { OriginRun } from '../../../core/stream/origin.js'
import { areOriginRuns } from '../../protocol/message-forms.js'
import type { Part } from '../../protocol/messages.js'

/** Values of a batch, with their origins where they are results of a callback. */
export interface BatchValues {
  values: unknown[]
  origins: readonly OriginRun[] | undefined
  /** Bytes of the batch. */
  bytes: number
}

/** Decodes a batch; undefined when it is not what was announced. */
export function batchValues(
  bytes: Uint8Array,
  { count, origin }: { count: number; origin?: Part['origin'] | undefined },
): BatchValues | undefined {
  const values = decodeValues(bytes, origin ? count + 1 : count)
  if (!values || !origin) return values && { values, origins: undefined, bytes: bytes.length }
  const origins = values.pop()
  return areOriginRuns(origins, count) ? { values, origins, bytes: bytes.length } : undefined
}
