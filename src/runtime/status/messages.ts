import type { ErrorRecord } from '../core/errors.js'
import type { CallOrigin } from '../core/plan/call-origin.js'
import type { ReceiverCounts, StageCounts, StreamSummary } from '../core/plan/summary.js'
import type { PixelFormat } from '../core/frame.js'

/** Subject of status requests. Each participant of the pipeline answers with one message for each thing that it knows of. */
export const statusSubject = (pipeline: string): string => `daffi.${pipeline}.status`

export interface StatusQuestion {
  /** Kind of those who are to answer. @default everybody */
  what?: Status['what'] | undefined
  /**
   * Number of the last log line that the requester has, by id of the run. Of a run that is absent, all stored lines are
   * sent. Null asks for no lines.
   */
  lines: Record<string, number> | null
}

/** Status of a node, from its own process. */
export interface NodeStatus {
  what: 'node'
  name: string
  host: string
  pid: number
  /** Names of the callbacks that the node offers. */
  callbacks: string[]
  /** Accounts of its callbacks whose results are streamed on, of this process. */
  stages: Record<string, StageCounts>
  /** Calls and jobs that its callbacks have answered, of this process. Items of streams are none. */
  calls: Record<string, CallCounts>
  /** Calls that its callbacks have made, of this process. Streams and schedules are none. */
  made: CallMade[]
  usage: ProcessUsage
}

/** Calls of one callback that another one has made. */
export interface CallMade {
  /** Callback that has made them. */
  from: string
  call: string
  /** Node that they were for; null for any. */
  to: string | null
  count: number
}

/** Calls and jobs that a callback has answered. */
export interface CallCounts {
  answered: number
  failed: number
  /** Time that all of them took together, in seconds. */
  seconds: number
}

/** Resources that a node's process uses. Counts begin with the process. */
export interface ProcessUsage {
  /** Processor time of the process, in seconds. */
  cpuSeconds: number
  /** Memory of the process that is present, in bytes. */
  memoryBytes: number
  /** Memory of JavaScript values, in bytes. */
  heapBytes: number
  /** Time for which the event loop was at work, in seconds. */
  loopBusySeconds: number
  /** Longest time by which the event loop was late within the last seconds, in milliseconds. */
  loopDelayMs: number
}

/** Status of a stream, from its writer. */
export interface StreamStatus {
  what: 'stream'
  id: string
  /** Size and format of the items when they are frames, else null. */
  frames: { width: number; height: number; format: PixelFormat } | null
  /** Slots of the stream's ring in shared memory, and how many cannot be overwritten at present; null where there is no ring. */
  ring: { slots: number; used: number } | null
  summary: StreamSummary
}

/**
 * The state of a node. `starting`: not yet connected with every callback offered. `ready`: it is. `degraded`: it is, but one
 * of its calls has failed, or does not reach its receivers. `restarting`: between the end of one process and the start of the
 * next. `stopped`: it was stopped, or has ended by itself and is not restarted. `failed`: it was given up. The last two are
 * final.
 */
export const NODE_STATES = ['starting', 'ready', 'degraded', 'restarting', 'stopped', 'failed'] as const
export type NodeState = (typeof NODE_STATES)[number]

/** Weight of a log line. */
export type LineLevel = 'info' | 'warn' | 'error'

/** Origin of a log line: an output of the node's process, or its supervisor. */
export type LineStream = 'stdout' | 'stderr' | 'daffi'

export interface LogLine {
  /** Number of the line in its run, from 1. */
  number: number
  /** Milliseconds since 1970. */
  time: number
  node: string
  stream: LineStream
  level: LineLevel
  text: string
}

export interface CallStatus extends CallOrigin {
  node: string
  /** Position of the call in the node's list of calls. */
  index: number
  /**
   * `broken`: the source broke off, and is being started again. `troubled`: the call has failed and is made again, or it
   * runs and does not reach its receivers.
   */
  state: 'running' | 'broken' | 'troubled' | 'done' | 'failed'
  /** Number of times that the source broke off. */
  gaps: number
  /** The reason when the state is `broken`, `troubled` or `failed`, else null. */
  error: ErrorRecord | null
}

/** Account of what a call with STREAM has streamed, over all of its streams in the run. Its counts only grow. */
export interface StreamTotal extends CallOrigin {
  node: string
  /** Position of the call in the node's list of calls. */
  index: number
  /** Number of times that the source broke off. */
  gaps: number
  items: number
  bytes: number
  receivers: Record<string, ReceiverCounts>
}

/** The way in which a process of a node ended. */
export interface ProcessEnd {
  /** Milliseconds since 1970. */
  time: number
  /** Null when a signal ended it, or it could not be started. */
  exitCode: number | null
  signal: string | null
  /** The reason, in words. */
  cause: string
}

/** Status of one node of a run. */
export interface RunNodeStatus {
  state: NodeState
  /** Id of the node's process; null when it has none. */
  pid: number | null
  /** Start of that process in milliseconds since 1970; null when it has none. */
  since: number | null
  restarts: number
  error: ErrorRecord | null
  /** End of the process before; null when there was none. */
  lastEnd: ProcessEnd | null
}

/** Status of the nodes that one command runs, from that command. */
export interface RunStatus {
  what: 'run'
  id: string
  host: string
  pid: number
  /** Start of the run in milliseconds since 1970. */
  since: number
  /** Whether it runs without a terminal, by `up -d`. */
  background: boolean
  nodes: Record<string, RunNodeStatus>
  /** Calls of those nodes that have reported something. */
  calls: CallStatus[]
  /** Calls of those nodes that have streamed something. */
  streams: StreamTotal[]
  lines: LogLine[]
}

export type Status = NodeStatus | StreamStatus | RunStatus
