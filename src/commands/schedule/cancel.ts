import { fileArg, nameArg, namedPipeline, VisitCommand } from '../../cli/index.js'

interface ScheduleCancelResult {
  /** False for a schedule that had ended before. */
  cancelled: boolean
}

export default class ScheduleCancel extends VisitCommand<ScheduleCancelResult> {
  static override summary = 'Cancel a periodic call.'
  static override description = 'An invocation that is running is not interrupted.'
  static override examples = ['<%= config.bin %> schedule cancel 3f2b8a54-5c0f-4c55-8e0e-6f5f4a1f0d53']
  static override args = {
    uuid: nameArg({
      description: 'Id of the schedule, as schedule list shows it.',
      what: 'an id',
      required: true,
    }),
    file: fileArg(),
  }

  override async run(): Promise<ScheduleCancelResult> {
    const { args, flags } = await this.parse(ScheduleCancel)
    const plan = await this.loadPlan(namedPipeline(args, flags))
    const { cancelSchedule } = await import('../../runtime/index.js')
    const cancelled = await this.visit(plan, flags, (visit) => cancelSchedule(visit, args.uuid))
    this.log(cancelled ? 'cancelled' : 'it had ended before')
    return { cancelled }
  }
}
