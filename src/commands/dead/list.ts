import { fileArg, letterLines, namedPipeline, VisitCommand } from '../../cli/index.js'
import { count } from '../../runtime/core/text/count.js'
import type { ListedLetters } from '../../runtime/index.js'
import { isoTime } from '../../runtime/core/text/iso-time.js'

export default class DeadList extends VisitCommand<ListedLetters> {
  static override summary =
    'List dead letters: items of durable streams, and durable jobs, that failed on every attempt.'
  static override examples = ['<%= config.bin %> dead list', '<%= config.bin %> dead list --json']
  static override args = { file: fileArg() }

  override async run(): Promise<ListedLetters> {
    const { args, flags } = await this.parse(DeadList)
    const plan = await this.loadPlan(namedPipeline(args, flags))
    const { listDeadLetters } = await import('../../runtime/index.js')
    const list = await this.visit(plan, flags, (visit) => listDeadLetters(visit))
    const { letters, dropped } = list
    for (const letter of letters) for (const line of letterLines(letter, this.colours)) this.log(line)
    if (letters.length === 0) this.log('none')
    if (dropped.letters > 0) {
      const when = isoTime(dropped.time)
      const text = `${count(dropped.letters, 'older one')} dropped because of the limits, the last at ${when}`
      this.log(this.colours.yellow(text))
    }
    return list
  }
}
