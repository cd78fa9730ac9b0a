import type { Interfaces } from '@oclif/core'
import type { NodeOrder, RunNode, ScaleOrder } from '../../runtime/index.js'
import { runsTable } from '../runs/runs-table.js'
import { nameArg } from './pipeline-file.js'
import { RunsCommand, type runsFlags } from './runs-command.js'

export interface OrderResult {
  /** The nodes as they are after the order; without those whose run has ended with them. */
  nodes: RunNode[]
}

/** Names of nodes; each command has them as its own arguments, since oclif looks for none in its base. */
export const nodesArg = {
  node: nameArg({
    description: 'Name of a node; that of a node with replicas stands for all of them.',
    required: true,
    multiple: true,
  }),
}

/** A command that gives an order to nodes, and waits until it is carried out. */
export abstract class OrderCommand extends RunsCommand<OrderResult> {
  protected async give(
    order: NodeOrder | ScaleOrder,
    flags: Interfaces.InferredFlags<typeof runsFlags>,
  ): Promise<OrderResult> {
    const { orderNodes } = await import('../../runtime/index.js')
    const nodes = await this.withRuns(flags, (view) => orderNodes(view, order, this.signals.stop))
    for (const line of runsTable(nodes, this.colours)) this.log(line)
    if (nodes.some(({ state }) => state === 'failed')) process.exitCode = 1
    return { nodes }
  }
}
