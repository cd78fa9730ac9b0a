import { resolve } from 'node:path'
import * as Flags from '@oclif/core/flags'
import {
  addressFlag,
  durationFlag,
  fileArg,
  logFlags,
  namedPipeline,
  namesFlag,
  pipelineFlags,
  portRange,
  RunCommand,
  viewerFlags,
  viewerReach,
  withPort,
} from '../cli/index.js'
import type { BackgroundRun, PipelineResult } from '../runtime/index.js'

/** Default of --wait-timeout; a default of oclif counts as given, also without --wait. */
const WAIT_MS = 30_000

export default class Up extends RunCommand<PipelineResult | BackgroundRun> {
  static override summary = 'Run a pipeline, each node in a process of its own.'
  static override description = `Joins the project's NATS server, or runs one that ends with the command. Ends when all calls have finished; a pipeline without calls runs until Ctrl-C.
The first Ctrl-C ends it gracefully, the second at once. With -d it runs in the background: daffi ps, logs and down look after it.`
  static override examples = [
    '<%= config.bin %> up pipelines/camera.yaml',
    '<%= config.bin %> up pipelines/camera.yaml --duration 10s --json',
    '<%= config.bin %> up --only process2,process3',
    '<%= config.bin %> up --view',
    '<%= config.bin %> up --watch',
    '<%= config.bin %> up -d --wait --metrics 9464',
  ]
  static override args = { file: fileArg() }
  static override flags = {
    ...pipelineFlags,
    ...logFlags,
    duration: durationFlag({
      summary: 'End this long after the first item of a stream; without streams, after all nodes are ready.',
    }),
    only: namesFlag({ summary: 'Run only these nodes.' }),
    view: Flags.integer({
      summary: 'Serve the viewer (at PORT, or any free port; on 127.0.0.1 without --host) and print its URL.',
      ...portRange,
      min: 0,
      helpValue: '[PORT]',
    }),
    ...viewerFlags('view'),
    metrics: addressFlag({
      summary: 'Serve metrics for Prometheus at /metrics, and probes at /healthz and /readyz.',
    }),
    record: Flags.string({
      summary: 'Record the items of all sources in this folder, for use as sources in tests.',
      helpValue: 'DIR',
    }),
    watch: Flags.boolean({
      summary: 'Apply changes of the pipeline file and its modules while it runs; runs until Ctrl-C.',
    }),
    stay: Flags.boolean({ summary: 'Keep running when all calls have finished.' }),
    detach: Flags.boolean({
      char: 'd',
      summary:
        'Run in the background, where it outlives this terminal; the command ends when the run has begun.',
    }),
    wait: Flags.boolean({
      summary: 'Wait until all nodes are ready, or done with their calls.',
      dependsOn: ['detach'],
    }),
    'wait-timeout': durationFlag({
      summary: 'Longest wait of --wait; 30s by default.',
      dependsOn: ['wait'],
    }),
  }

  override async run(): Promise<PipelineResult | BackgroundRun> {
    const { args, flags } = await this.parse(Up, withPort(this.argv, '--view'))
    const { duration: durationMs, only, stay, watch, metrics } = flags
    const view = flags.view === undefined ? undefined : viewerReach(flags, flags.view || undefined)
    const record = flags.record === undefined ? undefined : resolve(flags.record)
    const plan = await this.loadPlan(namedPipeline(args, flags), only)
    if (flags.detach) {
      const waitMs = flags.wait ? (flags['wait-timeout'] ?? WAIT_MS) : undefined
      return this.detach(plan, flags, { durationMs, only, stay, watch, view, metrics, record }, waitMs)
    }
    const { runPipeline } = await import('../runtime/index.js')
    return this.show(plan, flags, (options) =>
      runPipeline(plan, { ...options, durationMs, only, stay, watch, view, metrics, record }),
    )
  }
}
