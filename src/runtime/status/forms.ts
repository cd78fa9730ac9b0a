import { PIXEL_FORMATS } from '../core/frame.js'
import {
  isBoolean,
  isCount,
  isErrorRecord,
  isMap,
  isMeasure,
  isName,
  isText,
  isWhole,
  listOf,
  mapOf,
  oneOf,
  orNull,
  recordOf,
} from '../core/message/forms.js'
import type { ReceiverCounts } from '../core/plan/summary.js'
import { isStageCounts, isStreamSummary, ORIGIN_FORM } from '../core/message/summary-form.js'
import {
  NODE_STATES,
  type CallCounts,
  type CallMade,
  type CallStatus,
  type LogLine,
  type NodeStatus,
  type ProcessEnd,
  type ProcessUsage,
  type RunNodeStatus,
  type RunStatus,
  type Status,
  type StatusQuestion,
  type StreamStatus,
  type StreamTotal,
} from './messages.js'

const isNode = mapOf<NodeStatus>({
  what: oneOf('node'),
  name: isName,
  host: isText,
  pid: isCount,
  callbacks: listOf(isName),
  stages: recordOf(isName, isStageCounts),
  calls: recordOf(isName, mapOf<CallCounts>({ answered: isCount, failed: isCount, seconds: isMeasure })),
  made: listOf(mapOf<CallMade>({ from: isName, call: isName, to: orNull(isName), count: isCount })),
  usage: mapOf<ProcessUsage>({
    cpuSeconds: isMeasure,
    memoryBytes: isCount,
    heapBytes: isCount,
    loopBusySeconds: isMeasure,
    loopDelayMs: isMeasure,
  }),
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
  ring: orNull(mapOf<NonNullable<StreamStatus['ring']>>({ slots: isCount, used: isCount })),
  summary: isStreamSummary,
})

const isCall = mapOf<CallStatus>({
  ...ORIGIN_FORM,
  node: isName,
  index: isCount,
  state: oneOf('running', 'broken', 'troubled', 'done', 'failed'),
  gaps: isCount,
  error: orNull(isErrorRecord),
})

const isTotal = mapOf<StreamTotal>({
  ...ORIGIN_FORM,
  node: isName,
  index: isCount,
  gaps: isCount,
  items: isCount,
  bytes: isCount,
  receivers: recordOf(
    isName,
    mapOf<ReceiverCounts>({
      attaches: isCount,
      offered: isCount,
      processed: isCount,
      dropped: isCount,
      failed: isCount,
      unmatched: isCount,
      lost: isCount,
    }),
  ),
})

const isRun = mapOf<RunStatus>({
  what: oneOf('run'),
  id: isName,
  host: isText,
  pid: isCount,
  since: isMeasure,
  background: isBoolean,
  nodes: recordOf(
    isName,
    mapOf<RunNodeStatus>({
      state: oneOf(...NODE_STATES),
      pid: orNull(isCount),
      since: orNull(isMeasure),
      restarts: isCount,
      error: orNull(isErrorRecord),
      lastEnd: orNull(
        mapOf<ProcessEnd>({
          time: isMeasure,
          exitCode: orNull(isWhole),
          signal: orNull(isName),
          cause: isText,
        }),
      ),
    }),
  ),
  calls: listOf(isCall),
  streams: listOf(isTotal),
  lines: listOf(
    mapOf<LogLine>({
      number: isCount,
      time: isMeasure,
      node: isText,
      stream: oneOf('stdout', 'stderr', 'daffi'),
      level: oneOf('info', 'warn', 'error'),
      text: (value) => typeof value === 'string',
    }),
  ),
})

/** Whether the value is an answer to a status request. */
export const isStatus = (value: unknown): value is Status => isNode(value) || isStream(value) || isRun(value)

const isKnown = recordOf(isText, isCount)

/** Reads a status request. One of another form asks for everything. */
export function statusQuestion(question: unknown): StatusQuestion {
  const { what, lines }: Record<string, unknown> = isMap(question) ? question : {}
  return {
    what: oneOf('node', 'stream', 'run')(what) ? (what as Status['what']) : undefined,
    lines: lines === null || isKnown(lines) ? (lines as StatusQuestion['lines']) : {},
  }
}
