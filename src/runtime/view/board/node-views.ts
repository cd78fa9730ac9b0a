import { withNodeName } from '../../core/names.js'
import { RecentMap } from '../../core/recent-map.js'
import type { Plan } from '../../core/plan/plan.js'
import type { NodeStatus, RunStatus, Status } from '../../status/index.js'
import { GrowthRates } from './growth-rates.js'
import type { AnsweredView, CallMadeView, NodeView, NodeViewState, StageView } from './snapshot.js'

/** Time without an answer after which a node is shown as silent. */
export const SILENCE_MS = 3000
/** Answers of one request that are taken in. */
const MAX_NODES = 2000

/** The nodes of the pipeline file and of its runs, and other nodes that offer callbacks, with their latest state. */
export class NodeViews {
  readonly #plan: Pick<Plan, 'nodes'>
  readonly #answered = new Map<string, { status: NodeStatus; at: number }>()
  /** Last accounts, also of nodes that have ended. */
  readonly #accounts = new RecentMap<string, Pick<NodeView, 'stages' | 'answered' | 'made'>>(MAX_NODES)
  readonly #rates = new GrowthRates()

  constructor(plan: Pick<Plan, 'nodes'>) {
    this.#plan = plan
  }

  update(nodes: NodeStatus[], runs: RunStatus[], now: number): NodeView[] {
    for (const status of nodes.slice(0, MAX_NODES)) {
      this.#answered.set(status.name, { status, at: now })
      const made = this.#madeViews(status, now)
      this.#accounts.set(status.name, { stages: stageViews(status), answered: answeredViews(status), made })
    }
    for (const [name, { at }] of this.#answered) if (now - at > SILENCE_MS) this.#answered.delete(name)
    const known = knownNames([this.#plan, ...runs])
    const reported = new Set(known)
    const others = [...this.#answered.values()]
      .map(({ status }) => status)
      .filter(({ name, callbacks }) => !reported.has(name) && callbacks.length > 0)
    const names = [...known, ...others.map(({ name }) => name).sort()]
    return names.map((name) => this.#view(name, runs))
  }

  #view(name: string, runs: RunStatus[]): NodeView {
    const run = runs.find(({ nodes }) => nodes[name] !== undefined)
    const reported = run?.nodes[name]
    const { status: answer, at = 0 } = this.#answered.get(name) ?? {}
    const { stages = [], answered = [], made = [] } = this.#accounts.get(name) ?? {}
    const planned = this.#plan.nodes[name]?.callbacks.map((callback) => callback.name)
    return {
      name,
      state: stateOf(reported?.state, answer !== undefined),
      run: run?.id ?? null,
      restarts: reported?.restarts ?? 0,
      error: reported?.error?.message ?? null,
      code: reported?.error?.code ?? null,
      callbacks: planned ?? answer?.callbacks ?? [],
      stages,
      answered,
      made: answer ? made : made.map((each) => ({ ...each, rate: 0 })),
      usage: answer?.usage ?? null,
      cpu: answer ? this.#rates.add(`cpu ${name}`, at / 1000, answer.usage.cpuSeconds) : null,
      callRate: answer ? this.#rates.add(`calls ${name}`, at / 1000, callsOf(answer)) : 0,
    }
  }

  #madeViews({ name, made }: NodeStatus, now: number): CallMadeView[] {
    return made.map(({ from, call, to, count }) => {
      const rate = this.#rates.add(`made ${name} ${from} ${call} ${to}`, now / 1000, count)
      return { from, call, to, count, rate }
    })
  }
}

/** Whether all nodes have answered that are up, as far as their runs say. */
export function haveAllAnswered(answers: readonly Status[]): boolean {
  const heard = new Set(answers.map((each) => (each.what === 'node' ? each.name : undefined)))
  return answers.every(
    (each) =>
      each.what !== 'run' ||
      Object.entries(each.nodes).every(([name, { state }]) => !isUp(state) || heard.has(name)),
  )
}

/** Names of all nodes, in the order of the first of these that has any, with more processes of a node beside those before. */
function knownNames(all: readonly { nodes: object }[]): string[] {
  const [first = [], ...others] = all
    .map(({ nodes }) => Object.keys(nodes))
    .filter((names) => names.length > 0)
  const added = new Set(others.flat())
  for (const name of first) added.delete(name)
  return [...added].reduce(withNodeName, first)
}

function stageViews({ stages }: NodeStatus): StageView[] {
  return Object.entries(stages).map(([callback, { in: taken, gave, filtered, failed, out }]) => ({
    ...{ callback, in: taken, gave, filtered, failed, out },
  }))
}

function answeredViews({ calls }: NodeStatus): AnsweredView[] {
  return Object.entries(calls).map(([callback, { answered, failed, seconds }]) => ({
    ...{ callback, answered, failed, seconds },
  }))
}

function callsOf({ calls }: NodeStatus): number {
  return Object.values(calls).reduce((sum, { answered }) => sum + answered, 0)
}

function stateOf(reported: NodeViewState | undefined, answers: boolean): NodeViewState {
  if (reported === undefined) return answers ? 'ready' : 'absent'
  return isUp(reported) && !answers ? 'silent' : reported
}

function isUp(state: NodeViewState): boolean {
  return state === 'ready' || state === 'degraded'
}
