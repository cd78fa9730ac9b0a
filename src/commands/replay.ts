import * as Flags from '@oclif/core/flags'
import { fileArg, nameArg, namedPipeline, VisitCommand } from '../cli/index.js'
import { DaffiError } from '../runtime/core/errors.js'
import type { ReplayStart, StreamSummary } from '../runtime/index.js'

export default class Replay extends VisitCommand<StreamSummary> {
  static override summary = 'Stream the stored items of a durable stream to its receivers again.'
  static override description = `A durable stream without a name in the pipeline file is called NODE_SOURCE_CALL.
The replay is a lossless stream of its own: it changes neither the durable stream nor how far its receivers have read it.`
  static override examples = [
    '<%= config.bin %> replay orders --from 0',
    '<%= config.bin %> replay orders --from 2026-11-20T08:00:00Z --to store-2',
  ]
  static override args = {
    name: nameArg({ description: 'Name of the durable stream.', required: true }),
    file: fileArg(),
  }
  static override flags = {
    from: Flags.string({
      summary: 'Number of an item of the latest epoch, counted from 0; or a time, for items of all epochs.',
      helpValue: 'SEQUENCE|TIME',
      required: true,
    }),
    to: Flags.string({
      summary: 'Node to stream to; by default all that offer the callback.',
      helpValue: 'NODE',
    }),
  }

  override async run(): Promise<StreamSummary> {
    const { args, flags } = await this.parse(Replay)
    const from = readStart(flags.from)
    const plan = await this.loadPlan(namedPipeline(args, flags))
    const { replayStream } = await import('../runtime/index.js')
    const options = { ...this.visitOptions(flags), from, to: flags.to }
    const summary = await replayStream(plan, args.name, options)
    for (const [node, { processed, offered }] of Object.entries(summary.receivers))
      this.log(`${node} processed ${processed} of ${offered}`)
    return summary
  }
}

function readStart(text: string): ReplayStart {
  if (/^\d+$/.test(text)) return { item: Number(text) }
  const time = Date.parse(text)
  if (Number.isNaN(time)) {
    throw new DaffiError('DAFFI_USAGE', `--from: ${JSON.stringify(text)} is neither an item nor a time`, {
      next: 'Give the number of an item, or a time such as 2026-11-20T08:00:00Z.',
    })
  }
  return { time }
}
