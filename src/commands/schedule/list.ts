import { fileArg, namedPipeline, VisitCommand } from '../../cli/index.js'
import type { ScheduleInfo } from '../../runtime/index.js'

interface ScheduleListResult {
  schedules: ScheduleInfo[]
}

export default class ScheduleList extends VisitCommand<ScheduleListResult> {
  static override summary = 'List the active periodic calls of a pipeline.'
  static override examples = ['<%= config.bin %> schedule list', '<%= config.bin %> schedule list --json']
  static override args = { file: fileArg() }

  override async run(): Promise<ScheduleListResult> {
    const { args, flags } = await this.parse(ScheduleList)
    const plan = await this.loadPlan(namedPipeline(args, flags))
    const { listSchedules, scheduleText } = await import('../../runtime/index.js')
    const schedules = await this.visit(plan, flags, (visit) => listSchedules(visit))
    const { bold, dim } = this.colours
    for (const schedule of schedules) {
      const { uuid, callback, to, from, next } = schedule
      const when = next === null ? scheduleText(schedule) : `${scheduleText(schedule)}, next ${next}`
      const target = to === null ? callback : `${callback} on ${to}`
      this.log(`${bold(uuid)}  ${target}  ${when}  ${dim(`made by ${from}`)}`)
    }
    if (schedules.length === 0) this.log('none')
    return { schedules }
  }
}
