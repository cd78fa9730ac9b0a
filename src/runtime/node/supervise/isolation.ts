import { DaffiError, toErrorRecord } from '../../core/errors.js'
import type { CallPlan, NodePlan, Plan } from '../../core/plan/plan.js'
import type { UnmetCalls } from '../ipc/node-orders.js'
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

  /** Tells nodes which of their calls wait for what cannot come. */
  tell(plan: Plan): void {
    const failed = this.nodes.filter((node) => this.#isIsolated(node))
    for (const node of this.nodes) node.setUnmet(unmetCalls(node.plan, plan, failed))
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

/** Finds the calls of a node that wait for what cannot come, since all nodes that it could come of have failed for good. */
export function unmetCalls({ calls }: NodePlan, plan: Plan, failed: readonly FailedNode[]): UnmetCalls {
  if (failed.length === 0) return {}
  const entries = calls.flatMap((call, index) => {
    const node = missing(call, plan, failed)
    if (!node) return []
    const message = `${call.call} waits for ${describeFailed(node)}`
    return [[index, toErrorRecord(new DaffiError('DAFFI_NODE_DIED', message))] as const]
  })
  return Object.fromEntries(entries)
}

/** Describes a node that has failed for good, as the end of a sentence. */
function describeFailed({ name, error }: FailedNode): string {
  return `${name}, which has failed${error ? `: ${error.message}` : ''}`
}

/** A failed node without which the call cannot be made; undefined when it can. */
function missing(
  { call, to, waitFor }: CallPlan,
  { nodes }: Plan,
  failed: readonly FailedNode[],
): FailedNode | undefined {
  const named = failed.find(({ name }) => name === to || waitFor.includes(name))
  if (named) return named
  const offering = Object.values(nodes).filter(({ callbacks }) => callbacks.some(({ name }) => name === call))
  const lost = failed.filter(({ name }) => offering.some((node) => node.name === name))
  return lost.length === offering.length ? lost[0] : undefined
}
