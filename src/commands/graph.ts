import { Args, Flags } from '@oclif/core'
import { BaseCommand, graphMermaid, graphOf, graphText, type PipelineGraph } from '../cli/index.js'

export default class Graph extends BaseCommand<PipelineGraph> {
  static override summary = 'Show what is connected to what in a pipeline.'
  static override examples = [
    '<%= config.bin %> graph pipelines/camera.yaml',
    '<%= config.bin %> graph pipelines/camera.yaml --format mermaid',
  ]
  static override args = {
    file: Args.string({ description: 'Pipeline file; without one the same is taken as by daffi up.' }),
  }
  static override flags = {
    format: Flags.option({ options: ['text', 'mermaid'] as const })({
      summary: 'A tree to read, or a Mermaid flowchart for a page.',
      default: 'text',
    }),
  }

  override async run(): Promise<PipelineGraph> {
    const { args, flags } = await this.parse(Graph)
    const plan = await this.loadPlan(args.file)
    const { withDeliveries } = await import('../runtime/index.js')
    const graph = graphOf(plan, withDeliveries(Object.values(plan.nodes), plan.sources))
    this.log(flags.format === 'mermaid' ? graphMermaid(graph) : graphText(graph, this.colours))
    return graph
  }
}
