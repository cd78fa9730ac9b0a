import type { ErrorRecord } from '../../core/errors.js'
import type { StageCounts, StreamSummary } from '../../core/plan/summary.js'
import type { SourceEvent } from '../../source/index.js'

/**
 * The state of one call of the pipeline file, or of the source that it streams. `index` is the position of the call in
 * the node's list of calls.
 * `call`, `stream`: it has ended. `progress`: a stream runs.
 * `trouble`: it has failed and is made again in so many milliseconds, or it runs and does not reach its receivers. With null
 * it does what it should again.
 * `repeat`: it is made again now; with the outcome of the attempt that failed.
 */
export type CallReport =
  | { type: 'call'; index: number; value: unknown; error: ErrorRecord | null }
  | (SourceEvent & { index: number })
  | { type: 'progress'; index: number; summary: StreamSummary }
  | { type: 'stream'; index: number; summary: StreamSummary | null; error: ErrorRecord | null }
  | { type: 'trouble'; index: number; error: ErrorRecord | null; againInMs: number | undefined }
  | { type: 'repeat'; index: number; summary: StreamSummary | null; error: ErrorRecord }

/** One invocation of an observed callback, reported before it runs. */
export interface ObservedCallReport {
  type: 'called'
  callback: string
  /** The arguments as JSON can carry them; bytes as `sha256:` and their digest. */
  args: unknown[]
  /**
   * SHA-256 over all arguments that the callback has had in this process, in order: bytes as they are, other values in
   * MessagePack.
   */
  hash: string
}

/** Accounts of the node's callbacks whose results are streamed on, by callback. */
export interface StagesReport {
  type: 'stages'
  stages: Record<string, StageCounts>
}

/**
 * A step of a node's start, reported when it begins.
 * `loading`: it evaluates this module. `joining`: all of its modules are loaded.
 */
export type StartupReport = { type: 'loading'; module: string } | { type: 'joining' }

/**
 * Messages from the process of a node to the supervisor.
 * `ready`: connected, with every callback loaded and offered, as this incarnation.
 * `settled`: no call is left to run.
 * `reloaded`: the new code is in place, or with an error the old code stays in use.
 * `failed`: the process is about to exit because of this error.
 * `left`: the node has said its goodbye and is about to exit, as it was told to.
 */
export type NodeReport =
  | CallReport
  | ObservedCallReport
  | StartupReport
  | StagesReport
  | { type: 'ready'; incarnation: string }
  | { type: 'settled' }
  | { type: 'reloaded'; error: ErrorRecord | null }
  | { type: 'failed'; error: ErrorRecord }
  | { type: 'left' }

export function isStartupReport(report: NodeReport): report is StartupReport {
  return report.type === 'loading' || report.type === 'joining'
}

export function isCallReport(report: NodeReport): report is CallReport {
  return 'index' in report
}
