import * as Flags from '@oclif/core/flags'
import { nameArg, namedPipeline, VisitCommand } from '../../cli/index.js'
import { DaffiError } from '../../runtime/core/errors.js'
import { count } from '../../runtime/core/text/count.js'

interface StateClearResult {
  /** Names of the states that are removed. */
  cleared: string[]
}

export default class StateClear extends VisitCommand<StateClearResult> {
  static override summary = 'Remove kept states of callbacks for good.'
  static override description =
    'They begin anew with the next item. Refused while a node that offers the callback is there, since it has states in memory.'
  static override examples = [
    '<%= config.bin %> state clear track',
    '<%= config.bin %> state clear count.node.counter',
    '<%= config.bin %> state clear --all --json',
  ]
  static override args = {
    name: nameArg({
      description: 'Names of callbacks, or of states as state list shows them.',
      multiple: true,
    }),
  }
  static override flags = {
    all: Flags.boolean({ summary: 'Remove all kept states.', default: false }),
  }

  override async run(): Promise<StateClearResult> {
    const { args, flags } = await this.parse(StateClear)
    if ((args.name === undefined) !== flags.all)
      throw new DaffiError('DAFFI_USAGE', 'give the states to clear: either names, or --all', {
        next: 'daffi state list shows the names.',
      })
    const plan = await this.loadPlan(namedPipeline({}, flags))
    const { clearStates } = await import('../../runtime/index.js')
    const cleared = await this.visit(plan, flags, (visit) => clearStates(visit, args.name ?? 'all'))
    this.log(`${count(cleared.length, 'state')} cleared`)
    return { cleared }
  }
}
