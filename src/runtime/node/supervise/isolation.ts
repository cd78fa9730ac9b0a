import { DaffiError, toErrorRecord, type ErrorRecord } from '../../core/errors.js'
import type { CallPlan, NodePlan, Plan } from '../../core/plan/plan.js'
import type { LostOnes } from '../ipc/node-orders.js'
import type { SupervisedNode } from './supervised-node.js'

/** A node that has failed for good. */
interface FailedNode {
  name: string
  error: DaffiError | undefined
}

/** Nodes that have failed for good while the run goes on without them. What waits for them is told, so that it does not wait for ever. */
export class Isolation {
  /** @param isOff whether changed files may mend a node that has failed, so that it is waited for */
  constructor(
    private readonly nodes: readonly SupervisedNode[],
    private readonly isOff: boolean,
  ) {}

  /** Tells nodes what is lost to their calls. */
  tell(plan: Plan): void {
    const failed = this.nodes.filter((node) => this.#isIsolated(node))
    for (const node of this.nodes) node.setLost(lostOnes(node.plan, plan, failed))
  }

  /** The error of a node that depends on one that has failed before it was ready; undefined while there is none. */
  errorOf({ name, plan }: SupervisedNode): DaffiError | undefined {
    const lost = this.nodes.find(
      (node) => plan.dependsOn.includes(node.name) && !node.wasReady && this.#isIsolated(node),
    )
    return lost && new DaffiError('DAFFI_NODE_DIED', `${name} depends on ${describeFailed(lost)}`)
  }

  #isIsolated({ state, plan }: SupervisedNode): boolean {
    return state === 'failed' && plan.onFailure === 'isolate' && !this.isOff
  }
}

/** Finds what the calls of a node wait for and what cannot come, since all nodes that it could come of have failed for good. */
export function lostOnes({ calls }: NodePlan, plan: Plan, failed: readonly FailedNode[]): LostOnes {
  if (failed.length === 0) return { nodes: {}, calls: {} }
  const awaited = failed.filter(({ name }) => calls.some(({ waitFor }) => waitFor.includes(name)))
  const lost = calls.map((call) => missing(call, plan, failed))
  return {
    nodes: Object.fromEntries(awaited.map((node) => [node.name, recordOf(describeFailed(node))])),
    calls: Object.fromEntries(
      lost.flatMap((node, index) =>
        node ? [[index, recordOf(`${calls[index]?.call} is only for ${describeFailed(node)}`)]] : [],
      ),
    ),
  }
}

function recordOf(message: string): ErrorRecord {
  return toErrorRecord(new DaffiError('DAFFI_NODE_DIED', message))
}

/** Describes a node that has failed for good, as the end of a sentence. */
function describeFailed({ name, error }: FailedNode): string {
  return `${name}, which has failed${error ? `: ${error.message}` : ''}`
}

/** A failed node, when the call has nobody else that it could reach. */
function missing(
  { call, to }: CallPlan,
  { nodes }: Plan,
  failed: readonly FailedNode[],
): FailedNode | undefined {
  if (to !== undefined) return failed.find(({ name }) => name === to)
  const offering = Object.values(nodes).filter(({ callbacks }) => callbacks.some(({ name }) => name === call))
  const lost = failed.filter(({ name }) => offering.some((node) => node.name === name))
  return lost.length === offering.length ? lost[0] : undefined
}
