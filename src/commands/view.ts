import * as Flags from '@oclif/core/flags'
import {
  fileArg,
  namedPipeline,
  portRange,
  printPageUrl,
  viewerFlags,
  viewerReach,
  VisitCommand,
} from '../cli/index.js'

interface ViewResult {
  pipeline: string
}

export default class View extends VisitCommand<ViewResult> {
  static override summary = 'Watch a running pipeline in the browser.'
  static override description = `Serves the viewer on 127.0.0.1, or with --host for other machines, and prints its URL to standard error. It shows the pipeline as a graph, live pictures of its cameras, nodes, figures and log lines.
The viewer does not slow the pipeline down, and costs nothing while no page is open. Runs until Ctrl-C.`
  static override examples = [
    '<%= config.bin %> view',
    '<%= config.bin %> view pipelines/camera.yaml --port 8080',
    '<%= config.bin %> view --host 0.0.0.0 --password-file viewer.password --https-cert cert.pem --https-key key.pem',
  ]
  static override args = { file: fileArg() }
  static override flags = {
    port: Flags.integer({ summary: 'Port of the viewer; by default any free one.', ...portRange }),
    ...viewerFlags(),
  }

  protected override interruptedCode = 0

  override async run(): Promise<ViewResult> {
    const { args, flags } = await this.parse(View)
    const plan = await this.loadPlan(namedPipeline(args, flags))
    const { viewPipeline } = await import('../runtime/index.js')
    const { signal: stop, ...options } = this.visitOptions(flags)
    await viewPipeline(plan, {
      ...options,
      stop,
      view: viewerReach(flags, flags.port),
      onEvent: (event) => {
        if (event.type === 'view') printPageUrl(event.url)
      },
    })
    return { pipeline: plan.name }
  }
}
