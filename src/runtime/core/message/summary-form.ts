import { DELIVERIES } from '../stream/stream-options.js'
import type { CallOrigin } from '../plan/call-origin.js'
import type { ReceiverSummary, StageCounts, StreamSummary } from '../plan/summary.js'
import {
  isCount,
  isErrorRecord,
  isMeasure,
  isName,
  isNumber,
  isText,
  isWhole,
  mapOf,
  oneOf,
  orAbsent,
  orNull,
  recordOf,
  type Check,
} from './forms.js'

export const isLane = oneOf('shm', 'jetstream')
export const isReceiverState = oneOf('attached', 'finished', 'left', 'died', 'stopped')
/** Latencies by clocks of different hosts, or by the time that a program gives a frame, can be any number; JSON has not all. */
const isTime = orNull(isNumber)
export const isLatency = orNull(mapOf<{ p50: number; p99: number }>({ p50: isTime, p99: isTime }))

const isReceiver = mapOf<ReceiverSummary>({
  lane: isLane,
  state: isReceiverState,
  attaches: isCount,
  error: orNull(isErrorRecord),
  offered: isWhole,
  processed: isWhole,
  dropped: isWhole,
  failed: isWhole,
  unmatched: orAbsent(isWhole),
  lost: isWhole,
  latencyMs: isLatency,
})

/** Whether the value is the account of a stage. */
export const isStageCounts = mapOf<StageCounts>({
  in: isCount,
  gave: isCount,
  filtered: isCount,
  failed: isCount,
  out: isCount,
})

/** Checks of the keys that say which call it is. */
export const ORIGIN_FORM: { [K in keyof Required<CallOrigin>]: Check } = {
  call: isName,
  source: orNull(isText),
  results_of: orAbsent(isText),
  as: orAbsent(isText),
  to: orAbsent(isText),
}

/** Whether the value is the summary of a stream. */
export const isStreamSummary = mapOf<StreamSummary>({
  ...ORIGIN_FORM,
  from: isName,
  delivery: oneOf(...DELIVERIES),
  items: isCount,
  bytes: isCount,
  seconds: isMeasure,
  error: orNull(isErrorRecord),
  receivers: recordOf(isName, isReceiver),
})
