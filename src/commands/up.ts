import { resolve } from 'node:path'
import { Args, Flags } from '@oclif/core'
import { durationFlag, namesFlag, portRange, RunCommand, withPort } from '../cli/index.js'
import type { PipelineResult } from '../runtime/index.js'

export default class Up extends RunCommand<PipelineResult> {
  static override summary = 'Run a pipeline in the foreground, one process a node.'
  static override description = `Joins the project's NATS server, or runs one that ends with it. Ends when every call has finished; with no calls it stays.
The first Ctrl-C ends it in good order, the second at once.`
  static override examples = [
    '<%= config.bin %> up pipelines/camera.yaml',
    '<%= config.bin %> up pipelines/camera.yaml --duration 10s --json',
    '<%= config.bin %> up --only process2,process3',
    '<%= config.bin %> up --view',
    '<%= config.bin %> up --watch',
  ]
  static override args = {
    file: Args.string({
      description: 'Pipeline file; without it DAFFI_PIPELINE, pipeline.yaml, or the only file in pipelines/.',
    }),
  }
  static override flags = {
    duration: durationFlag({
      summary: 'End so long after the first item of a stream; without a stream, after all are ready.',
    }),
    only: namesFlag({ summary: 'Run these nodes only.' }),
    view: Flags.integer({
      summary:
        'Serve a page to watch it on, at that port of the loopback or any free one; prints its address.',
      ...portRange,
      min: 0,
      helpValue: '[PORT]',
    }),
    record: Flags.string({
      summary: "Write what the sources yield to this folder, to be a test's sources later.",
      helpValue: 'DIR',
    }),
    watch: Flags.boolean({
      summary: 'Take changes of the pipeline file and its modules into the run, which stays until Ctrl-C.',
    }),
    stay: Flags.boolean({ summary: 'Stay when every call has finished.' }),
  }

  override async run(): Promise<PipelineResult> {
    const { args, flags } = await this.parse(Up, withPort(this.argv, '--view'))
    const { duration: durationMs, only, stay, watch } = flags
    const view = flags.view === undefined ? undefined : { port: flags.view || undefined }
    const record = flags.record === undefined ? undefined : resolve(flags.record)
    const plan = await this.loadPlan(args.file)
    const { runPipeline } = await import('../runtime/index.js')
    return this.show(plan, flags, (options) =>
      runPipeline(plan, { ...options, durationMs, only, stay, watch, view, record }),
    )
  }
}
