import { nodesArg, OrderCommand, type OrderResult } from '../../cli/index.js'

export default class Stop extends OrderCommand {
  static override summary = 'Stop nodes of a running pipeline.'
  static override description = `Their streams deliver what is under way, and their calls end, as after Ctrl-C. They stay stopped until daffi start; the run goes on.`
  static override examples = ['<%= config.bin %> stop process2', '<%= config.bin %> stop worker --json']
  static override args = nodesArg

  override async run(): Promise<OrderResult> {
    const { args, flags } = await this.parse(Stop)
    return this.give({ order: 'stop', nodes: args.node }, flags)
  }
}
