import { nodesArg, OrderCommand, type OrderResult } from '../../cli/index.js'

export default class Restart extends OrderCommand {
  static override summary = 'Stop nodes of a running pipeline, and start them again.'
  static override description = `Waits until they are ready. The new processes load the modules of their callbacks anew.`
  static override examples = [
    '<%= config.bin %> restart process2',
    '<%= config.bin %> restart worker -f pipelines/camera.yaml',
  ]
  static override args = nodesArg

  override async run(): Promise<OrderResult> {
    const { args, flags } = await this.parse(Restart)
    return this.give({ order: 'restart', nodes: args.node }, flags)
  }
}
