import * as Flags from '@oclif/core/flags'
import { fileArg, namedPipeline, VisitCommand } from '../../cli/index.js'
import { formatBytes } from '../../runtime/core/bytes.js'
import { count } from '../../runtime/core/text/count.js'
import { isoTime } from '../../runtime/core/text/iso-time.js'
import type { StateList as Result } from '../../runtime/index.js'

export default class StateList extends VisitCommand<Result> {
  static override summary = 'List the kept states of callbacks: those that outlive their nodes.'
  static override description =
    'The one that was saved last comes first. Each has a name, by which state clear removes it; --json has its values, too.'
  static override examples = [
    '<%= config.bin %> state list',
    '<%= config.bin %> state list --callback track --json',
  ]
  static override args = { file: fileArg() }
  static override flags = {
    callback: Flags.string({ summary: 'Only states of this callback.', helpValue: 'NAME' }),
    limit: Flags.integer({
      char: 'n',
      summary: 'Largest number of states to list.',
      default: 50,
      min: 1,
      max: 100_000,
      helpValue: 'N',
    }),
  }

  override async run(): Promise<Result> {
    const { args, flags } = await this.parse(StateList)
    const { callback, limit } = flags
    const plan = await this.loadPlan(namedPipeline(args, flags))
    const { listStates } = await import('../../runtime/index.js')
    const list = await listStates(plan, { callback, limit }, this.visitOptions(flags))
    const { bold, dim, red } = this.colours
    for (const { name, saved, bytes, values } of list.states) {
      const what = values
        ? `${count(Object.keys(values).length, 'value')}: ${Object.keys(values).join(', ')}`
        : red('no state')
      this.log(`${bold(name)}  ${dim(isoTime(saved))}  ${formatBytes(bytes)}  ${what}`)
    }
    if (list.states.length === 0) this.log('none')
    if (list.more > 0) this.log(dim(`and ${list.more} more; -n lists more of them`))
    return list
  }
}
