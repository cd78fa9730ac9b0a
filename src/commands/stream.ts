import * as Flags from '@oclif/core/flags'
import {
  durationFlag,
  fileArg,
  logFlags,
  nameArg,
  namedPipeline,
  pipelineFlags,
  RunCommand,
} from '../cli/index.js'
import type { StreamResult } from '../runtime/index.js'

export default class Stream extends RunCommand<StreamResult | StreamResult[]> {
  static override summary = 'Stream one source, as the node whose calls use it.'
  static override description = `Makes only the calls that use the source. Joins the project's NATS server, or runs one that ends with the command.
--json prints the stream's summary, or a list of summaries when several calls use the source.`
  static override examples = [
    '<%= config.bin %> stream camera pipelines/camera.yaml',
    '<%= config.bin %> stream camera --duration 10s --json',
  ]
  static override args = {
    source: nameArg({ description: 'Name of the source in the pipeline file.', required: true }),
    file: fileArg(),
  }
  static override flags = {
    ...pipelineFlags,
    ...logFlags,
    node: Flags.string({
      summary: 'Node to run as; needed when several nodes use the source.',
      helpValue: 'NAME',
    }),
    duration: durationFlag({ summary: 'End this long after the first item.' }),
  }

  override async run(): Promise<StreamResult | StreamResult[]> {
    const { args, flags } = await this.parse(Stream)
    const plan = await this.loadPlan(namedPipeline(args, flags), flags.node === undefined ? [] : [flags.node])
    const { runNode, sourceNode } = await import('../runtime/index.js')
    const node = sourceNode(plan, args.source, flags.node)
    const { streams } = await this.show(plan, flags, (options) =>
      runNode(plan, node, { ...options, absent: 'run', durationMs: flags.duration, stay: false }),
    )
    const [only, ...others] = streams
    return only && others.length === 0 ? only : streams
  }
}
