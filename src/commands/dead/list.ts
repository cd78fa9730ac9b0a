import { BaseCommand, durationFlag, fileFlag } from '../../cli/index.js'
import type { StoredDeadLetter } from '../../runtime/index.js'

interface DeadListResult {
  letters: StoredDeadLetter[]
}

export default class DeadList extends BaseCommand<DeadListResult> {
  static override summary = 'List the items of durable streams that their callbacks failed with for good.'
  static override examples = ['<%= config.bin %> dead list', '<%= config.bin %> dead list --json']
  static override flags = {
    file: fileFlag(),
    timeout: durationFlag({ summary: 'How long to wait for a server.', default: 5000 }),
  }

  override async run(): Promise<DeadListResult> {
    const { flags } = await this.parse(DeadList)
    const plan = await this.loadPlan(flags.file)
    const { listDeadLetters } = await import('../../runtime/index.js')
    const letters = await listDeadLetters(plan, {
      server: this.serverFlags(flags),
      timeoutMs: flags.timeout,
      signal: this.signals.stop,
      log: this.logger(flags),
    })
    const { bold, dim, red } = this.colours
    for (const { id, call, stream, node, item, error, attempts, time } of letters) {
      const when = dim(new Date(time).toISOString())
      this.log(
        `${bold(String(id))}  ${when}  item ${item} of ${stream} to ${call} on ${node}, ${attempts} attempts`,
      )
      this.log(`   ${red(error.code)} ${error.message}`)
    }
    if (letters.length === 0) this.log('none')
    return { letters }
  }
}
