/**
 * The state of a pipeline as the page gets it, in JSON. This file imports nothing, because the page's modules share these
 * types and are compiled for the browser.
 */
export interface Snapshot {
  pipeline: string
  /** The NATS server; the URL is without secrets. */
  server: { url: string; version: string; embedded: boolean }
  /** Whether the server can be reached; if not, everything else is from the time when it could. */
  connected: boolean
  /** Time of this state, in milliseconds since 1970. */
  time: number
  sources: SourceView[]
  nodes: NodeView[]
  calls: CallView[]
  streams: StreamView[]
  /** Log lines that this page has not had before. */
  lines: LineView[]
}

export interface SourceView {
  name: string
  /** Kind of the source in the pipeline file, such as `camera`. */
  kind: string
  /** Time from capture to the last stage that items of the source reach, in milliseconds; null while none does. */
  endToEndMs: Latency | null
}

/** Median and 99th percentile, in milliseconds. */
export interface Latency {
  p50: number
  p99: number
}

/**
 * The state of a node. `starting`, `ready`, `degraded`, `restarting`, `stopped` and `failed` are reported by the command
 * that runs the node. A node that answers is `ready` also without such a report. `silent`: it should be ready and does not answer.
 * `absent`: nothing is known of it.
 */
export type NodeViewState = (typeof NODE_VIEW_STATES)[number]

export const NODE_VIEW_STATES = [
  'starting',
  'ready',
  'degraded',
  'restarting',
  'stopped',
  'failed',
  'silent',
  'absent',
] as const

export interface NodeView {
  name: string
  state: NodeViewState
  /** Id of the run that has it, and takes orders; null when none says so. */
  run: string | null
  restarts: number
  error: string | null
  /** Code of that error. */
  code: string | null
  callbacks: string[]
  stages: StageView[]
  /** Calls and jobs that its callbacks have answered, of its present or last process. */
  answered: AnsweredView[]
  /** Calls that its callbacks have made, of its present or last process. */
  made: CallMadeView[]
  /** Null while the node does not answer. */
  usage: UsageView | null
  /** Processor time in seconds per second, over the last seconds; null while the node does not answer. */
  cpu: number | null
  /** Calls and jobs that its callbacks answer per second, over the last seconds. */
  callRate: number
}

export interface AnsweredView {
  callback: string
  answered: number
  failed: number
  /** Time that all of them took together. */
  seconds: number
}

/** Calls of one callback that another one has made. */
export interface CallMadeView {
  /** Callback that has made them. */
  from: string
  call: string
  /** Node that they were for; null for any. */
  to: string | null
  count: number
  /** Calls per second, over the last seconds. */
  rate: number
}

/** Resources that the node's present process uses. */
export interface UsageView {
  cpuSeconds: number
  memoryBytes: number
  heapBytes: number
  /** Time for which the event loop was at work. */
  loopBusySeconds: number
  /** Longest time by which the event loop was late within the last seconds. */
  loopDelayMs: number
}

/** Account of a callback whose results are streamed on, of the node's present process: `in = gave + filtered + failed`. */
export interface StageView {
  callback: string
  in: number
  gave: number
  filtered: number
  failed: number
  /** Results that went out. */
  out: number
}

/** A call of the pipeline file. */
export interface CallView {
  node: string
  call: string
  modifier: string
  source: string | null
  /** Callback whose results are streamed. */
  resultsOf: string | null
  /** Side of a join that the stream is. */
  as: string | null
  to: string | null
  /**
   * `open`: not begun, as far as is known. `broken`: its source broke off, and is being started again. `troubled`: it has
   * failed and is made again, or it runs and does not reach its receivers.
   */
  state: 'open' | 'running' | 'broken' | 'troubled' | 'done' | 'failed'
  /** Number of times that its source broke off. */
  gaps: number
  error: string | null
  /** Code of that error. */
  code: string | null
}

export interface StreamView {
  /** Unique name in the pipeline: the source or callback, with the names of nodes and more where that is not enough. */
  name: string
  /** Id of this stream. When its call streams again, that stream has another id. */
  id: string
  call: string
  source: string | null
  /** Callback whose results are streamed. */
  resultsOf: string | null
  /** Side of a join that the stream is. */
  as: string | null
  /** Only node that gets it; null where any node may. */
  to: string | null
  from: string
  delivery: string
  state: 'running' | 'ended'
  /** Size and format of the items when they are frames, else null. */
  frames: { width: number; height: number; format: string } | null
  /** Slots of its ring in shared memory; null without one, and when the stream has ended. */
  ring: { slots: number; used: number } | null
  items: number
  bytes: number
  /** Items per second, over the last seconds. */
  rate: number
  /** Bytes per second, over the last seconds. */
  byteRate: number
  error: string | null
  receivers: ReceiverView[]
}

export interface ReceiverView {
  name: string
  lane: string
  state: string
  attaches: number
  /** Items processed per second, over the last seconds. */
  rate: number
  /** Number of items that were offered and are not processed, dropped, failed, unmatched or lost yet. */
  lag: number
  offered: number
  processed: number
  dropped: number
  failed: number
  /** Items without a partner in a join. */
  unmatched: number
  lost: number
  /** Time from capture to the callback, through all stages. */
  latencyMs: Latency | null
  error: string | null
}

/** Account of what a call has streamed, over all of its streams in the run. */
export interface TotalView {
  /** Name of its streams. */
  name: string
  /** Whether a run tells of it; else it is what the present stream has. */
  isOfRun: boolean
  gaps: number
  items: number
  bytes: number
  receivers: TotalReceiver[]
}

export type TotalReceiver = Pick<
  ReceiverView,
  'name' | 'attaches' | 'offered' | 'processed' | 'dropped' | 'failed' | 'unmatched' | 'lost'
>

export interface LineView {
  number: number
  /** Milliseconds since 1970. */
  time: number
  node: string
  level: 'info' | 'warn' | 'error'
  text: string
}
