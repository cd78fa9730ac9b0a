import { nodesArg, OrderCommand, type OrderResult } from '../../cli/index.js'

export default class Start extends OrderCommand {
  static override summary = 'Start nodes of a running pipeline that were stopped, or have ended.'
  static override description = `Waits until they are ready. Nodes that run stay as they are.`
  static override examples = ['<%= config.bin %> start process2', '<%= config.bin %> start process2 process3']
  static override args = nodesArg

  override async run(): Promise<OrderResult> {
    const { args, flags } = await this.parse(Start)
    return this.give({ order: 'start', nodes: args.node }, flags)
  }
}
