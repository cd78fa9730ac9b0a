import { fileArg, namedPipeline, VisitCommand } from '../../cli/index.js'
import { count } from '../../runtime/core/text/count.js'
import type { StoredDeadLetter } from '../../runtime/index.js'

interface DeadListResult {
  letters: StoredDeadLetter[]
}

export default class DeadList extends VisitCommand<DeadListResult> {
  static override summary =
    'List dead letters: items of durable streams, and durable jobs, that failed on every attempt.'
  static override examples = ['<%= config.bin %> dead list', '<%= config.bin %> dead list --json']
  static override args = { file: fileArg() }

  override async run(): Promise<DeadListResult> {
    const { args, flags } = await this.parse(DeadList)
    const plan = await this.loadPlan(namedPipeline(args, flags))
    const { listDeadLetters } = await import('../../runtime/index.js')
    const letters = await listDeadLetters(plan, this.visitOptions(flags))
    const { bold, dim, red } = this.colours
    for (const letter of letters) {
      const { id, call, node, error, attempts, time } = letter
      const when = dim(new Date(time).toISOString())
      const what =
        'job' in letter
          ? `job ${letter.job} (${count(letter.bytes, 'byte')})`
          : `item ${letter.item} of ${letter.stream}`
      const tries = count(attempts, 'attempt')
      this.log(`${bold(String(id))}  ${when}  ${what} to ${call} on ${node}, ${tries}`)
      this.log(`   ${red(error.code)} ${error.message}`)
    }
    if (letters.length === 0) this.log('none')
    return { letters }
  }
}
