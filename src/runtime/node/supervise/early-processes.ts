import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { NodePlan } from '../../core/plan/plan.js'
import { MAX_STARTING } from './startup-limiter.js'
import { killGroup, spawnNode } from './process/spawn-node.js'

/**
 * First processes of a run's nodes, started while the server is being opened: they load daffi meanwhile, and nothing of the user's.
 * As many as may start at the same time, and none for nodes that will wait for others.
 */
export class EarlyProcesses {
  readonly #processes: Map<NodePlan, ChildProcess>

  constructor(pipeline: string, nodes: readonly NodePlan[]) {
    const first = nodes.filter(({ dependsOn }) => dependsOn.length === 0).slice(0, MAX_STARTING)
    this.#processes = new Map(first.map((node) => [node, spawnNode(pipeline, node)]))
  }

  /** Gives the process of a node to who runs it; undefined when there is none, or it has ended. */
  take(node: NodePlan): ChildProcess | undefined {
    const child = this.#processes.get(node)
    this.#processes.delete(node)
    return child && isRunning(child) ? child : undefined
  }

  /** Ends the processes that nobody has taken. */
  async close(): Promise<void> {
    const left = [...this.#processes.values()].filter(isRunning)
    this.#processes.clear()
    const ends = left.map((child) => once(child, 'exit'))
    for (const { pid } of left) if (pid !== undefined) killGroup(pid)
    await Promise.all(ends)
  }
}

function isRunning({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null
}
