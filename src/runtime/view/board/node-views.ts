import { RecentMap } from '../../core/recent-map.js'
import type { Plan } from '../../core/plan/plan.js'
import type { NodeStatus, RunStatus } from '../../status/index.js'
import type { NodeView, NodeViewState, StageView } from './snapshot.js'

/** Time without an answer after which a node is shown as silent. */
const SILENCE_MS = 3000
/** Answers of one request that are taken in. */
const MAX_NODES = 2000

/** The nodes of the pipeline file and of its runs, and other nodes that offer callbacks, with their latest state. */
export class NodeViews {
  readonly #plan: Pick<Plan, 'nodes'>
  readonly #answered = new Map<string, { status: NodeStatus; at: number }>()
  /** Last accounts of stages, also of nodes that have ended. */
  readonly #stages = new RecentMap<string, StageView[]>(MAX_NODES)

  constructor(plan: Pick<Plan, 'nodes'>) {
    this.#plan = plan
  }

  update(nodes: NodeStatus[], runs: RunStatus[], now: number): NodeView[] {
    for (const status of nodes.slice(0, MAX_NODES)) {
      this.#answered.set(status.name, { status, at: now })
      this.#stages.set(status.name, stageViews(status))
    }
    for (const [name, { at }] of this.#answered) if (now - at > SILENCE_MS) this.#answered.delete(name)
    const known = new Set([this.#plan, ...runs].flatMap(({ nodes: each }) => Object.keys(each)))
    const others = [...this.#answered.values()]
      .map(({ status }) => status)
      .filter(({ name, callbacks }) => !known.has(name) && callbacks.length > 0)
    const names = [...known, ...others.map(({ name }) => name).sort()]
    return names.map((name) => this.#view(name, runs))
  }

  #view(name: string, runs: RunStatus[]): NodeView {
    const reported = runs.map(({ nodes }) => nodes[name]).find((each) => each !== undefined)
    const answer = this.#answered.get(name)?.status
    const planned = this.#plan.nodes[name]?.callbacks.map((callback) => callback.name)
    return {
      name,
      state: stateOf(reported?.state, answer !== undefined),
      restarts: reported?.restarts ?? 0,
      error: reported?.error?.message ?? null,
      code: reported?.error?.code ?? null,
      callbacks: planned ?? answer?.callbacks ?? [],
      stages: this.#stages.get(name) ?? [],
    }
  }
}

function stageViews({ stages }: NodeStatus): StageView[] {
  return Object.entries(stages).map(([callback, { in: taken, gave, filtered, failed, out }]) => ({
    ...{ callback, in: taken, gave, filtered, failed, out },
  }))
}

function stateOf(reported: NodeViewState | undefined, answers: boolean): NodeViewState {
  if (reported === undefined) return answers ? 'ready' : 'absent'
  const isUp = reported === 'ready' || reported === 'degraded'
  return isUp && !answers ? 'silent' : reported
}
