import * as Flags from '@oclif/core/flags'
import { durationFlag, nameArg, namedPipeline, readLetterId, VisitCommand } from '../../cli/index.js'
import { DaffiError } from '../../runtime/core/errors.js'
import { count } from '../../runtime/core/text/count.js'

interface DeadDropResult {
  /** Ids of the letters that are removed. */
  dropped: number[]
}

export default class DeadDrop extends VisitCommand<DeadDropResult> {
  static override summary = 'Remove dead letters for good.'
  static override examples = [
    '<%= config.bin %> dead drop 3 4',
    '<%= config.bin %> dead drop --older-than 7d',
    '<%= config.bin %> dead drop --all --json',
  ]
  static override args = {
    id: nameArg({ description: 'Ids, as dead list shows them.', what: 'an id', multiple: true }),
  }
  static override flags = {
    all: Flags.boolean({ summary: 'Remove all dead letters.', default: false }),
    'older-than': durationFlag({ summary: 'Remove those that were given up so long ago.' }),
  }

  override async run(): Promise<DeadDropResult> {
    const { args, flags } = await this.parse(DeadDrop)
    const ids = args.id?.map(readLetterId)
    const olderThanMs = flags['older-than']
    const choices = [
      ...(ids ? [{ ids }] : []),
      ...(olderThanMs === undefined ? [] : [{ olderThanMs }]),
      ...(flags.all ? (['all'] as const) : []),
    ]
    const [choice] = choices
    if (choice === undefined || choices.length > 1)
      throw new DaffiError(
        'DAFFI_USAGE',
        'give the dead letters to drop: either ids, --older-than, or --all',
        {
          next: 'daffi dead list shows the ids.',
        },
      )
    const plan = await this.loadPlan(namedPipeline({}, flags))
    const { dropDeadLetters } = await import('../../runtime/index.js')
    const dropped = await this.visit(plan, flags, (visit) => dropDeadLetters(visit, choice))
    this.log(`${count(dropped.length, 'dead letter')} dropped`)
    return { dropped }
  }
}
