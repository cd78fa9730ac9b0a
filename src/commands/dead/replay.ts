import * as Flags from '@oclif/core/flags'
import { nameArg, namedPipeline, readLetterId, VisitCommand } from '../../cli/index.js'
import { DaffiError } from '../../runtime/core/errors.js'
import type { ReplayedLetters } from '../../runtime/index.js'

export default class DeadReplay extends VisitCommand<ReplayedLetters> {
  static override summary = 'Run callbacks on dead letters again.'
  static override description =
    'An item of a stream goes to the node that failed with it. It is removed if the callback succeeds now; if it fails again the letter is kept, and the exit code is 1. A job is put back into the queue under its id, as by jobs retry, with all its attempts, and becomes a dead letter again if they fail.'
  static override examples = [
    '<%= config.bin %> dead replay 3 4',
    '<%= config.bin %> dead replay --all --json',
  ]
  static override args = {
    id: nameArg({ description: 'Ids, as dead list shows them.', what: 'an id', multiple: true }),
  }
  static override flags = {
    all: Flags.boolean({ summary: 'Replay all dead letters.', default: false }),
  }

  override async run(): Promise<ReplayedLetters> {
    const { args, flags } = await this.parse(DeadReplay)
    const ids = args.id?.map(readLetterId)
    if ((ids === undefined) !== flags.all) {
      throw new DaffiError('DAFFI_USAGE', 'give the dead letters to replay: either ids, or --all', {
        next: 'daffi dead list shows the ids.',
      })
    }
    const plan = await this.loadPlan(namedPipeline({}, flags))
    const { replayDeadLetters } = await import('../../runtime/index.js')
    const result = await this.visit(plan, flags, (visit) => replayDeadLetters(visit, ids))
    const { green, red } = this.colours
    for (const id of result.replayed) this.log(`${id} ${green('replayed')}`)
    for (const { id, error } of result.failed) this.log(`${id} ${red(error.code)} ${error.message}`)
    if (result.replayed.length + result.failed.length === 0) this.log('0 dead letters replayed')
    if (result.failed.length > 0) process.exitCode = 1
    return result
  }
}
