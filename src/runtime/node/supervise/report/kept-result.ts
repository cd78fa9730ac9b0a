import { KIB } from '../../../core/bytes.js'
import {
  isBoolean,
  isCount,
  isErrorRecord,
  isName,
  isText,
  isWhole,
  listOf,
  mapOf,
  orAbsent,
  oneOf,
  orNull,
  recordOf,
  type Check,
} from '../../../core/message/forms.js'
import { isStageCounts, isStreamSummary } from '../../../core/message/summary-form.js'
import { writeJson } from '../../../core/text/json.js'
import type { ServerInfo } from '../../../nats/index.js'
import { NODE_STATES } from '../../../status/index.js'
import type { NodeResult, PipelineResult } from './pipeline-result.js'
import type { CallResult, StreamResult } from './run-results.js'
import type { StageResult } from './stage-results.js'

/** Characters of a call's value, as JSON, that are kept when the run is over. */
const MAX_VALUE = 4 * KIB

/** The account of a run in a form that fits into its file: long values are cut off. */
export function keptResult(result: PipelineResult): PipelineResult {
  return { ...result, calls: result.calls.map((call) => ({ ...call, value: keptValue(call.value) })) }
}

/** A value that JSON cannot hold as it is, or that is long, as the beginning of its text. */
function keptValue(value: unknown): unknown {
  const text = writeJson(value)
  if (text.length > MAX_VALUE) return `${text.slice(0, MAX_VALUE)}…`
  try {
    return JSON.parse(JSON.stringify(value ?? null)) as unknown
  } catch {
    return text
  }
}

const isAny: Check = () => true
const isResult = mapOf<PipelineResult>({
  error: orAbsent(isErrorRecord),
  pipeline: isName,
  server: mapOf<ServerInfo>({ url: isText, embedded: isBoolean, version: isText }),
  nodes: recordOf(
    isName,
    mapOf<NodeResult>({ state: oneOf(...NODE_STATES), restarts: isCount, exitCode: orNull(isWhole) }),
  ),
  calls: listOf(
    mapOf<CallResult>({
      node: isName,
      call: isText,
      modifier: isText,
      value: isAny,
      error: orNull(isErrorRecord),
    }),
  ),
  streams: listOf((value) => isStreamSummary(value) && isCount((value as StreamResult).gaps)),
  stages: listOf(
    (value) =>
      isStageCounts(value) && isName((value as StageResult).node) && isText((value as StageResult).callback),
  ),
})

/** The account of a run in its file; null when there is none. */
export function readResult(value: unknown): PipelineResult | null {
  return isResult(value) ? value : null
}
