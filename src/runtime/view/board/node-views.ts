import type { Plan } from '../../core/plan.js'
import type { NodeStatus, RunStatus } from '../../status/index.js'
import type { NodeView, NodeViewState } from './snapshot.js'

/** For how long a node may leave questions unanswered before that is shown. */
const SILENCE_MS = 3000

/** The pipeline file's nodes, and those besides that offer something, as they were heard of last. */
export class NodeViews {
  readonly #plan: Plan
  readonly #heard = new Map<string, { status: NodeStatus; at: number }>()

  constructor(plan: Plan) {
    this.#plan = plan
  }

  take(nodes: NodeStatus[], runs: RunStatus[], now: number): NodeView[] {
    for (const status of nodes) this.#heard.set(status.name, { status, at: now })
    for (const [name, { at }] of this.#heard) if (now - at > SILENCE_MS) this.#heard.delete(name)
    const guests = [...this.#heard.values()]
      .map(({ status }) => status)
      .filter(({ name, callbacks }) => !(name in this.#plan.nodes) && callbacks.length > 0)
    const names = [...Object.keys(this.#plan.nodes), ...guests.map(({ name }) => name).sort()]
    return names.map((name) => this.#view(name, runs))
  }

  #view(name: string, runs: RunStatus[]): NodeView {
    const told = runs.map(({ nodes }) => nodes[name]).find((each) => each !== undefined)
    const heard = this.#heard.get(name)?.status
    const planned = this.#plan.nodes[name]?.callbacks.map((callback) => callback.name)
    return {
      name,
      state: stateOf(told?.state, heard !== undefined),
      restarts: told?.restarts ?? 0,
      error: told?.error?.message ?? null,
      callbacks: planned ?? heard?.callbacks ?? [],
    }
  }
}

function stateOf(told: NodeViewState | undefined, answers: boolean): NodeViewState {
  if (told === undefined) return answers ? 'ready' : 'absent'
  return told === 'ready' && !answers ? 'silent' : told
}
