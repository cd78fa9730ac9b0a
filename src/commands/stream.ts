import { Args, Flags } from '@oclif/core'
import { durationFlag, fileFlag, RunCommand } from '../cli/index.js'
import type { StreamResult } from '../runtime/index.js'

export default class Stream extends RunCommand<StreamResult | StreamResult[]> {
  static override summary = 'Stream one source, as the node whose calls use it.'
  static override description = `Runs those calls and no others, on the server that is there or else on one of its own.
--json prints the stream's summary; a list of them when several calls use the source.`
  static override examples = [
    '<%= config.bin %> stream camera -f pipelines/camera.yaml',
    '<%= config.bin %> stream camera --duration 10s --json',
  ]
  static override args = {
    source: Args.string({ description: 'The source, as the pipeline file names it.', required: true }),
  }
  static override flags = {
    file: fileFlag(),
    node: Flags.string({ summary: 'The node to be, when several use the source.', helpValue: 'NAME' }),
    duration: durationFlag({ summary: 'End so long after the first item.' }),
  }

  override async run(): Promise<StreamResult | StreamResult[]> {
    const { args, flags } = await this.parse(Stream)
    const plan = await this.loadPlan(flags.file)
    const { runNode, sourceNode } = await import('../runtime/index.js')
    const node = sourceNode(plan, args.source, flags.node)
    const { streams } = await this.show(plan, flags, (options) =>
      runNode(plan, node, { ...options, absent: 'run', durationMs: flags.duration, stay: false }),
    )
    const [only, ...others] = streams
    return only && others.length === 0 ? only : streams
  }
}
