import { DaffiError, toErrorRecord, type ErrorRecord } from '../../../core/errors.js'
import type { ServerInfo } from '../../../nats/index.js'
import type { NodeState } from '../../../status/index.js'
import type { CallResult, Outcome, StreamResult } from './run-results.js'
import type { SupervisedNode } from '../supervised-node.js'

export interface NodeResult {
  state: NodeState
  restarts: number
  /** Of its last process; null when a signal ended it or none was started. */
  exitCode: number | null
}

/** What a run of a pipeline came to; what `daffi up --json` prints. */
export interface PipelineResult {
  /** Only of a run that failed: the first error of the server, a node, a call or a stream. */
  error?: ErrorRecord
  pipeline: string
  server: ServerInfo
  nodes: Record<string, NodeResult>
  calls: CallResult[]
  streams: StreamResult[]
}

export function resultOf(
  pipeline: string,
  server: ServerInfo,
  supervised: SupervisedNode[],
  { calls, streams }: Outcome,
  failure: DaffiError | undefined,
): PipelineResult {
  const nodes = supervised.map(
    ({ name, state, restarts, exitCode }) => [name, { state, restarts, exitCode }] as const,
  )
  const record = failure ? toErrorRecord(failure) : firstFailure([...calls, ...streams])
  return {
    ...(record ? { error: record } : {}),
    pipeline,
    server,
    nodes: Object.fromEntries(nodes),
    calls,
    streams,
  }
}

/** The first error that is not just the answer to being told to stop. */
function firstFailure(entries: { error: ErrorRecord | null }[]): ErrorRecord | undefined {
  return entries.find(({ error }) => error && error.code !== 'DAFFI_ABORTED')?.error ?? undefined
}
