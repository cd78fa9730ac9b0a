import {
  age,
  flowTables,
  FullScreen,
  LookCommand,
  namedFile,
  nodeTable,
  runsFileArg,
  stdout,
} from '../../cli/index.js'
import { count } from '../../runtime/core/text/count.js'
import { isoTime } from '../../runtime/core/text/iso-time.js'
import type { NodeLook, PipelineLook, PipelineWatch, StageLook, StreamView } from '../../runtime/index.js'

const EVERY_MS = 1000

interface TopResult {
  pipeline: string
  /** In ISO 8601. */
  time: string
  nodes: NodeLook[]
  streams: StreamView[]
  stages: StageLook[]
}

export default class Top extends LookCommand<TopResult> {
  static override summary = 'Watch nodes and streams of a running pipeline in the terminal.'
  static override description = `Shows each second what nodes use (processor, memory, delay of the event loop), how they are, and how fast streams and stages go. q or Ctrl-C ends it.
Into a pipe, and with --json, it prints that once, measured over a second. CPU is in per cent of one core, and in JSON in cores.`
  static override examples = ['<%= config.bin %> top', '<%= config.bin %> top --json']

  static override args = { file: runsFileArg }

  override async run(): Promise<TopResult> {
    const { args, flags } = await this.parse(Top)
    return this.withWatch({ ...flags, file: namedFile(args, flags) }, async (watch) => {
      const last = this.jsonEnabled() || !stdout.isTTY ? await this.#once(watch) : await this.#watch(watch)
      if (last.isOver) this.tellOver(watch.pipeline, last)
      const { time, nodes, streams, stages } = last
      return { pipeline: watch.pipeline, time: isoTime(time), nodes, streams, stages }
    })
  }

  async #once(watch: PipelineWatch): Promise<PipelineLook> {
    let look = await watch.look()
    let looks = 0
    for await (look of watch.follow(EVERY_MS, this.signals.stop)) if (++looks > 1) break
    for (const line of this.#lines(watch.pipeline, look, undefined)) this.log(line)
    return look
  }

  async #watch(watch: PipelineWatch): Promise<PipelineLook> {
    using screen = new FullScreen(stdout)
    const signal = AbortSignal.any([this.signals.stop, screen.quit])
    let last = await watch.look()
    for await (const look of watch.follow(EVERY_MS, signal)) {
      last = look
      screen.show(() => this.#lines(watch.pipeline, look, stdout.width))
    }
    return last
  }

  #lines(pipeline: string, look: PipelineLook, width: number | undefined): string[] {
    const { time, connected, runs, nodes } = look
    const { bold, red } = this.colours
    const where = runs.map((run) => `run ${run.id} on ${run.host} for ${age(time - run.since)}`)
    const title = [pipeline, ...where, count(nodes.length, 'node')].join(', ').slice(0, width)
    const options = { colours: this.colours, width }
    return [
      bold(title),
      connected ? '' : red('the server cannot be reached; the figures are those before'),
      ...nodeTable(nodes, { ...options, now: time }),
      '',
      ...flowTables(look, options),
    ]
  }
}
