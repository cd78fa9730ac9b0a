import type { CallView, NodeViewState } from '../board/snapshot.js'
import type { PipelineState } from '../board/board.js'

/** Why a node does not do its work at present. */
export interface Problem {
  node: string
  state: NodeViewState
  /** Name of the callback, when it is one of the node's calls that has failed, or does not reach its receivers. */
  call: string | null
  code: string | null
  message: string | null
}

/** Answer to a probe of readiness. */
export interface Readiness {
  ok: boolean
  /** Whether the NATS server can be reached. */
  connected: boolean
  problems: Problem[]
}

/** States in which a node does not do its work at present. Nodes that nobody runs do not count, nor those that were stopped. */
const UNREADY: readonly NodeViewState[] = ['starting', 'degraded', 'restarting', 'failed', 'silent']

type Observed = Pick<PipelineState, 'connected' | 'nodes' | 'calls'>

/** Readiness of a pipeline: whether nodes run, each of them does its work, and the server can be reached. */
export function readinessOf({ connected, nodes, calls }: Observed): Readiness {
  const problems = nodes
    .filter(({ state }) => UNREADY.includes(state))
    .flatMap(({ name: node, state, code, error: message }): Problem[] => {
      const troubled = calls.filter((call) => call.node === node && call.error !== null)
      if (troubled.length === 0) return [{ node, state, call: null, code, message }]
      return troubled.map((call) => ofCall(state, call))
    })
  const runs = nodes.some(({ state }) => state !== 'absent')
  return { ok: problems.length === 0 && runs && connected, connected, problems }
}

function ofCall(state: NodeViewState, { node, call, code, error: message }: CallView): Problem {
  return { node, state, call, code, message }
}
