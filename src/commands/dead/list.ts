import { fileArg, namedFile, VisitCommand } from '../../cli/index.js'
import type { StoredDeadLetter } from '../../runtime/index.js'

interface DeadListResult {
  letters: StoredDeadLetter[]
}

export default class DeadList extends VisitCommand<DeadListResult> {
  static override summary = 'List dead letters: items of durable streams that failed on every attempt.'
  static override examples = ['<%= config.bin %> dead list', '<%= config.bin %> dead list --json']
  static override args = { file: fileArg() }

  override async run(): Promise<DeadListResult> {
    const { args, flags } = await this.parse(DeadList)
    const plan = await this.loadPlan(namedFile(args, flags))
    const { listDeadLetters } = await import('../../runtime/index.js')
    const letters = await listDeadLetters(plan, this.visitOptions(flags))
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
