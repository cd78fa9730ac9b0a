import { nameArg, OrderCommand, readNumbers, type OrderResult } from '../../cli/index.js'

export default class Scale extends OrderCommand {
  static override summary = 'Change how many processes nodes of a running pipeline have.'
  static override description = `Waits until the new ones are ready and the others have ended; their streams deliver what is under way. A restart of the run has the replicas of the pipeline file again.`
  static override examples = ['<%= config.bin %> scale worker=4', '<%= config.bin %> scale worker=1 detect=2']
  static override args = {
    'node=n': nameArg({
      description: 'Name of a node, and the number of its processes.',
      required: true,
      multiple: true,
    }),
  }

  override async run(): Promise<OrderResult> {
    const { args, flags } = await this.parse(Scale)
    return this.give({ order: 'scale', nodes: readNumbers(args['node=n']) }, flags)
  }
}
