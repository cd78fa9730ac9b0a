import type { ErrorRecord } from '../core/errors.js'
import type { StreamSummary } from '../core/summary.js'
import type { PixelFormat } from '../core/frame.js'

/** Whoever has something to tell of the pipeline answers on this subject, each with a message of its own. */
export const statusSubject = (pipeline: string): string => `daffi.${pipeline}.status`

export interface StatusQuestion {
  /** By id of a run, the number of the last log line that is known; all that are kept when absent. */
  lines: Record<string, number>
}

/** A node that takes part. */
export interface NodeStatus {
  what: 'node'
  name: string
  host: string
  pid: number
  /** Names of the callbacks that it offers. */
  callbacks: string[]
}

/** A stream, told by its writer. */
export interface StreamStatus {
  what: 'stream'
  id: string
  /** What its items are, when they are pictures. */
  frames: { width: number; height: number; format: PixelFormat } | null
  summary: StreamSummary
}

/**
 * The life of a node: `starting` until it is connected and offers every callback, then `ready`; `restarting` from the
 * end of its process to the next start; `stopped` when it was told to, or ended by itself and is not to be restarted;
 * `failed` when it is given up. The last two are final.
 */
export type NodeState = 'starting' | 'ready' | 'restarting' | 'stopped' | 'failed'

export interface LogLine {
  /** Counts from 1 in each run. */
  number: number
  /** Milliseconds since the epoch. */
  time: number
  node: string
  text: string
}

export interface CallStatus {
  node: string
  call: string
  source: string | null
  /** `broken`: its source broke off, and is started again. */
  state: 'running' | 'broken' | 'done' | 'failed'
  /** How often its source broke off. */
  gaps: number
  /** Of what is broken or failed. */
  error: ErrorRecord | null
}

/** Nodes that one command runs, told by that command. */
export interface RunStatus {
  what: 'run'
  id: string
  nodes: Record<string, { state: NodeState; restarts: number; error: ErrorRecord | null }>
  /** Calls of those nodes that anything is known of. */
  calls: CallStatus[]
  lines: LogLine[]
}

export type Status = NodeStatus | StreamStatus | RunStatus
