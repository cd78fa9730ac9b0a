import {
  fileArg,
  nameArg,
  namedPipeline,
  readLetterId,
  shownLetterLines,
  VisitCommand,
} from '../../cli/index.js'
import type { ShownLetter } from '../../runtime/index.js'

export default class DeadShow extends VisitCommand<ShownLetter> {
  static override summary = 'Print a dead letter as a whole.'
  static override description =
    'Where it comes from, where and how often its callback failed, the error with its place in the code, and the item or the arguments.'
  static override examples = ['<%= config.bin %> dead show 3', '<%= config.bin %> dead show 3 --json']
  static override args = {
    id: nameArg({ description: 'Id of the letter, as dead list shows it.', what: 'an id', required: true }),
    file: fileArg(),
  }

  override async run(): Promise<ShownLetter> {
    const { args, flags } = await this.parse(DeadShow)
    const id = readLetterId(args.id)
    const plan = await this.loadPlan(namedPipeline(args, flags))
    const { showDeadLetter } = await import('../../runtime/index.js')
    const letter = await this.visit(plan, flags, (visit) => showDeadLetter(visit, id))
    for (const line of shownLetterLines(letter, this.colours)) this.log(line)
    return letter
  }
}
