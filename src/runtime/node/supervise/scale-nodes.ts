import { DaffiError } from '../../core/errors.js'
import type { NodePlan, Plan } from '../../core/plan/plan.js'
import { nodesNamed } from '../common/nodes-named.js'
import type { PlanChange } from './plan-change.js'

/** The difference between a run and the same one with other numbers of processes. */
export interface Scaled extends PlanChange {
  /** Names of all processes of the nodes that were named, as they are then. */
  names: string[]
  /** Plans of nodes that stay, and wait for others than before when they are started again. */
  waiting: NodePlan[]
}

/**
 * Plans other numbers of processes of nodes. Those with the highest numbers end; new ones have the lowest free numbers, beside the one
 * process of a node without replicas, which is the first. Who waits for all processes of such a node waits for those that there
 * are then.
 * @param running plans of the nodes that run
 * @param isReady whether a process is ready, so that nobody waits for it any more
 * @throws DaffiError DAFFI_UNKNOWN_NODE, DAFFI_CANNOT_SCALE
 */
export function scaleNodes(
  plan: Plan,
  running: readonly NodePlan[],
  numbers: Readonly<Record<string, number>>,
  isReady: (name: string) => boolean,
): Scaled {
  const scaled: Scaled = { plan, start: [], restart: [], reload: [], stop: [], names: [], waiting: [] }
  const rename: ((node: NodePlan) => NodePlan)[] = []
  for (const [node, wanted] of Object.entries(numbers)) {
    const now = processesOf(plan, running, node, wanted)
    const stop = now.slice(wanted).map(({ name }) => name)
    for (const name of stop) refuseNamed(plan, name, node, isReady(name))
    const start = newProcesses(plan, node, now, wanted)
    const names = [...now.slice(0, wanted), ...start].map(({ name }) => name)
    const before = now.map(({ name }) => name)
    if (start.length + stop.length > 0) rename.push((each) => withNames(each, before, names))
    scaled.start.push(...start)
    scaled.stop.push(...stop)
    scaled.names.push(...names)
  }
  const renamed = (node: NodePlan): NodePlan => rename.reduce((each, change) => change(each), node)
  const stays = ({ name }: NodePlan): boolean => !scaled.stop.includes(name)
  const nodes = [...Object.values(plan.nodes).filter(stays), ...scaled.start].map(renamed)
  return {
    ...scaled,
    plan: { ...plan, nodes: Object.fromEntries(nodes.map((node) => [node.name, node])) },
    waiting: running.filter(stays).map(renamed),
  }
}

/** The processes of a node that runs, in the order of their numbers. */
function processesOf(plan: Plan, running: readonly NodePlan[], node: string, wanted: number): NodePlan[] {
  const now = nodesNamed(plan.name, running, node, 'DAFFI_UNKNOWN_NODE')
  for (const { name, replicaOf, calls } of now) {
    if (name === node && replicaOf !== undefined)
      throw refused(
        `${name} is one process of ${replicaOf}`,
        `Name ${replicaOf}, and how many it is to have.`,
      )
    const own = calls.find(({ resultsOf }) => resultsOf === undefined)
    if (own && wanted !== now.length)
      throw refused(`${node} makes calls of its own, such as ${own.call}, which each of its processes makes`)
  }
  return now.sort((a, b) => numberOf(a) - numberOf(b))
}

function newProcesses(plan: Plan, node: string, now: readonly NodePlan[], wanted: number): NodePlan[] {
  const taken = new Set(now.map(numberOf))
  const [first] = now
  const start: NodePlan[] = []
  for (let number = 1; first && now.length + start.length < wanted; number++) {
    if (taken.has(number)) continue
    const name = `${node}-${number}`
    if (Object.hasOwn(plan.nodes, name))
      throw refused(`there is another node ${name}`, 'Rename one of them in the pipeline file.')
    start.push({ ...first, name, replicaOf: node })
  }
  return start
}

/** A node's plan after the processes of another node have changed. */
function withNames(node: NodePlan, before: readonly string[], names: readonly string[]): NodePlan {
  const changed = (list: string[]): string[] =>
    before.every((name) => list.includes(name))
      ? [...new Set([...list.filter((name) => !before.includes(name)), ...names])]
      : list.filter((name) => !before.includes(name) || names.includes(name))
  return {
    ...node,
    dependsOn: changed(node.dependsOn),
    calls: node.calls.map((call) => ({ ...call, waitFor: changed(call.waitFor) })),
  }
}

/** Number of a process among those of its node. */
function numberOf({ name, replicaOf }: NodePlan): number {
  return replicaOf === undefined ? 1 : Number(name.slice(replicaOf.length + 1))
}

/** Refuses the end of a process that calls are sent to by name, or that is being waited for. */
function refuseNamed({ nodes }: Plan, stop: string, node: string, isReady: boolean): void {
  const others = Object.values(nodes).filter(({ name, replicaOf }) => name !== node && replicaOf !== node)
  for (const { name, calls, dependsOn } of others) {
    const target = calls.find(({ to }) => to === stop)
    if (target) throw refused(`${name} calls ${target.call} of ${stop}, which would end`)
    const waits = dependsOn.includes(stop) || calls.some(({ waitFor }) => waitFor.includes(stop))
    if (waits && !isReady)
      throw refused(
        `${name} waits for ${stop}, which is not ready`,
        `See with daffi logs ${stop} why it is not.`,
      )
  }
}

function refused(why: string, next?: string): DaffiError {
  return new DaffiError('DAFFI_CANNOT_SCALE', why, next === undefined ? {} : { next })
}
