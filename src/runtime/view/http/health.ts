import type { NodeViewState } from '../board/snapshot.js'
import type { PipelineState } from '../board/status-poller.js'

/** Why a node is not as it should be. */
export interface Problem {
  node: string
  state: NodeViewState
  /** Name of the callback, when it is one of the node's calls that has failed, or does not reach its receivers. */
  call: string | null
  code: string | null
  message: string | null
}

/** Answer to a probe. */
export interface Health {
  ok: boolean
  /** Whether the NATS server can be reached. */
  connected: boolean
  problems: Problem[]
}

/** States in which a node needs somebody's attention. */
const UNHEALTHY: readonly NodeViewState[] = ['degraded', 'failed']
/** States in which a node does not do its work at present. Nodes that nobody runs do not count. */
const UNREADY: readonly NodeViewState[] = [...UNHEALTHY, 'starting', 'restarting', 'silent']

type Observed = Pick<PipelineState, 'connected' | 'nodes' | 'calls'>

/** Health of a pipeline: whether every node that runs is in order. */
export function healthOf(state: Observed): Health {
  const problems = problemsOf(state, UNHEALTHY)
  return { ok: problems.length === 0, connected: state.connected, problems }
}

/** Readiness of a pipeline: whether nodes run, each of them does its work, and the server can be reached. */
export function readinessOf(state: Observed): Health {
  const problems = problemsOf(state, UNREADY)
  const runs = state.nodes.some((node) => node.state !== 'absent')
  return { ok: problems.length === 0 && runs && state.connected, connected: state.connected, problems }
}

function problemsOf({ nodes, calls }: Observed, states: readonly NodeViewState[]): Problem[] {
  return nodes
    .filter(({ state }) => states.includes(state))
    .flatMap(({ name: node, state, code, error: message }): Problem[] => {
      const troubled = calls.filter((call) => call.node === node && call.error !== null)
      if (troubled.length === 0) return [{ node, state, call: null, code, message }]
      return troubled.map(({ call, code: why, error }) => ({ node, state, call, code: why, message: error }))
    })
}
