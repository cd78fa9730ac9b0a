import * as Flags from '@oclif/core/flags'
import {
  BaseCommand,
  fileArg,
  graphMermaid,
  graphOf,
  graphText,
  namedPipeline,
  pipelineFlags,
  type PipelineGraph,
} from '../cli/index.js'

export default class Graph extends BaseCommand<PipelineGraph> {
  static override summary = 'Show the nodes of a pipeline and the calls between them.'
  static override examples = [
    '<%= config.bin %> graph pipelines/camera.yaml',
    '<%= config.bin %> graph pipelines/camera.yaml --format mermaid',
  ]
  static override args = { file: fileArg() }
  static override flags = {
    ...pipelineFlags,
    format: Flags.option({ options: ['text', 'mermaid'] as const })({
      summary: 'A tree for the terminal, or a Mermaid flowchart for a Markdown page.',
      default: 'text',
    }),
  }

  override async run(): Promise<PipelineGraph> {
    const { args, flags } = await this.parse(Graph)
    const plan = await this.loadPlan(namedPipeline(args, flags))
    const { withDeliveries } = await import('../runtime/index.js')
    const graph = graphOf(plan, withDeliveries(Object.values(plan.nodes), plan))
    this.print(flags.format === 'mermaid' ? graphMermaid(graph) : graphText(graph, this.colours))
    return graph
  }
}
