import { Args, Flags } from '@oclif/core'
import { BaseCommand, durationFlag, fileFlag } from '../cli/index.js'
import { DaffiError } from '../runtime/core/errors.js'
import type { ReplayStart, StreamSummary } from '../runtime/index.js'

export default class Replay extends BaseCommand<StreamSummary> {
  static override summary = 'Stream again what a durable stream keeps, to the nodes that offer its callback.'
  static override description = `Without a name in the pipeline file a durable stream is called NODE_SOURCE_CALL.
The replay is a lossless stream: the durable one and its receivers' places in it stay as they are.`
  static override examples = [
    '<%= config.bin %> replay orders --from 0',
    '<%= config.bin %> replay orders --from 2026-11-20T08:00:00Z --to store-2',
  ]
  static override args = {
    name: Args.string({ description: "The durable stream's name.", required: true }),
  }
  static override flags = {
    from: Flags.string({
      summary: 'Number of an item of the latest run, counted from 0; or a time, and then of any run.',
      helpValue: 'SEQUENCE|TIME',
      required: true,
    }),
    to: Flags.string({ summary: 'The one node to stream to.', helpValue: 'NODE' }),
    file: fileFlag(),
    timeout: durationFlag({ summary: 'How long to wait for a server.', default: 5000 }),
  }

  override async run(): Promise<StreamSummary> {
    const { args, flags } = await this.parse(Replay)
    const from = readStart(flags.from)
    const plan = await this.loadPlan(flags.file)
    const { replayStream } = await import('../runtime/index.js')
    const summary = await replayStream(plan, args.name, {
      from,
      to: flags.to,
      server: this.serverFlags(flags),
      timeoutMs: flags.timeout,
      signal: this.signals.stop,
      log: this.logger(flags),
    })
    for (const [node, { processed, offered }] of Object.entries(summary.receivers))
      this.log(`${node} processed ${processed} of ${offered}`)
    return summary
  }
}

function readStart(text: string): ReplayStart {
  if (/^\d+$/.test(text)) return { item: Number(text) }
  const time = Date.parse(text)
  if (Number.isNaN(time)) {
    throw new DaffiError(
      'DAFFI_USAGE',
      `--from ${text}: give the number of an item, or a time such as 2026-11-20T08:00:00Z`,
    )
  }
  return { time }
}
