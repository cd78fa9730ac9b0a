import { toErrorRecord, type DaffiError, type ErrorRecord } from '../../../core/errors.js'
import type { ServerInfo } from '../../../nats/index.js'
import type { NodeState } from '../../../status/index.js'
import type { CallResult, RunResults, StreamResult } from './run-results.js'
import type { StageResult } from './stage-results.js'

export interface NodeResult {
  state: NodeState
  restarts: number
  /** Exit code of the node's last process; null when a signal killed it or none was started. */
  exitCode: number | null
}

/** The result of a pipeline's run, as `daffi up --json` prints it. */
export interface PipelineResult {
  /** The first error of the server, a node, a call or a stream; absent when the run succeeded. */
  error?: ErrorRecord
  pipeline: string
  server: ServerInfo
  nodes: Record<string, NodeResult>
  calls: CallResult[]
  streams: StreamResult[]
  stages: StageResult[]
}

/** @param failure the error of the server or of a node that ended the run */
export function pipelineResult(
  pipeline: string,
  server: ServerInfo,
  nodes: Iterable<NodeResult & { name: string }>,
  { calls, streams, stages, error }: Pick<RunResults, 'calls' | 'streams' | 'stages' | 'error'>,
  failure: DaffiError | undefined,
): PipelineResult {
  const results = Array.from(
    nodes,
    ({ name, state, restarts, exitCode }) => [name, { state, restarts, exitCode }] as const,
  )
  const record = failure ? toErrorRecord(failure) : error
  return {
    ...(record ? { error: record } : {}),
    pipeline,
    server,
    nodes: Object.fromEntries(results),
    calls,
    streams,
    stages,
  }
}
