import { Flags } from '@oclif/core'
import { BaseCommand, durationFlag, fileFlag, portRange, tellAddress } from '../cli/index.js'

interface ViewResult {
  pipeline: string
}

export default class View extends BaseCommand<ViewResult> {
  static override summary = 'Watch a running pipeline in the browser.'
  static override description = `Serves a page on the loopback, and prints its address to standard error: the pipeline as a graph, its cameras as live pictures, nodes, figures and log lines.
Nothing is slowed down by it, and with no page open it costs nothing. Stays until Ctrl-C.`
  static override examples = [
    '<%= config.bin %> view',
    '<%= config.bin %> view -f pipelines/camera.yaml --port 8080',
  ]
  static override flags = {
    file: fileFlag(),
    port: Flags.integer({ summary: 'Port to serve the page on; any free one by default.', ...portRange }),
    timeout: durationFlag({
      summary: 'How long to wait for a server.',
      default: 5000,
      defaultHelp: () => Promise.resolve('5s'),
    }),
  }

  protected override readonly interruptedCode = 0

  override async run(): Promise<ViewResult> {
    const { flags } = await this.parse(View)
    const plan = await this.loadPlan(flags.file)
    const { viewPipeline } = await import('../runtime/index.js')
    await viewPipeline(plan, {
      port: flags.port,
      timeoutMs: flags.timeout,
      server: this.serverFlags(flags),
      stop: this.signals.stop,
      log: this.logger(flags),
      onEvent: (event) => {
        if (event.type === 'view') tellAddress(event.url)
      },
    })
    return { pipeline: plan.name }
  }
}
