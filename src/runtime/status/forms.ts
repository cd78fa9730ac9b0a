import { PIXEL_FORMATS } from '../core/frame.js'
import {
  isCount,
  isErrorRecord,
  isMap,
  isMeasure,
  isName,
  isText,
  listOf,
  mapOf,
  oneOf,
  orAbsent,
  orNull,
  recordOf,
} from '../core/message/forms.js'
import { isStageCounts, isStreamSummary } from '../core/message/summary-form.js'
import type { CallStatus, LogLine, NodeStatus, RunStatus, Status, StreamStatus } from './messages.js'

const isNode = mapOf<NodeStatus>({
  what: oneOf('node'),
  name: isName,
  host: isText,
  pid: isCount,
  callbacks: listOf(isName),
  stages: recordOf(isName, isStageCounts),
})

const isStream = mapOf<StreamStatus>({
  what: oneOf('stream'),
  id: isName,
  frames: orNull(
    mapOf<NonNullable<StreamStatus['frames']>>({
      width: isCount,
      height: isCount,
      format: oneOf(...PIXEL_FORMATS),
    }),
  ),
  summary: isStreamSummary,
})

const isCall = mapOf<CallStatus>({
  node: isName,
  call: isText,
  source: orNull(isText),
  results_of: orAbsent(isText),
  as: orAbsent(isText),
  state: oneOf('running', 'broken', 'troubled', 'done', 'failed'),
  gaps: isCount,
  error: orNull(isErrorRecord),
})

const isRun = mapOf<RunStatus>({
  what: oneOf('run'),
  id: isText,
  nodes: recordOf(
    isName,
    mapOf<RunStatus['nodes'][string]>({
      state: oneOf('starting', 'ready', 'degraded', 'restarting', 'stopped', 'failed'),
      restarts: isCount,
      error: orNull(isErrorRecord),
    }),
  ),
  calls: listOf(isCall),
  lines: listOf(
    mapOf<LogLine>({
      number: isCount,
      time: isMeasure,
      node: isText,
      level: oneOf('info', 'warn', 'error'),
      text: (value) => typeof value === 'string',
    }),
  ),
})

/** Whether the value is an answer to a status request. */
export const isStatus = (value: unknown): value is Status => isNode(value) || isStream(value) || isRun(value)

/** Numbers of the log lines that the requester has, by run; none for a request of another form. */
export function knownLines(question: unknown): Record<string, number> {
  const lines = isMap(question) ? question['lines'] : undefined
  return recordOf(isText, isCount)(lines) ? (lines as Record<string, number>) : {}
}
