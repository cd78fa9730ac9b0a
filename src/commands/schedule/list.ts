import { BaseCommand, durationFlag, fileFlag } from '../../cli/index.js'
import type { ScheduleInfo } from '../../runtime/index.js'

interface ScheduleListResult {
  schedules: ScheduleInfo[]
}

export default class ScheduleList extends BaseCommand<ScheduleListResult> {
  static override summary = 'List the periodic calls of a pipeline that will be made again.'
  static override examples = ['<%= config.bin %> schedule list', '<%= config.bin %> schedule list --json']
  static override flags = {
    file: fileFlag(),
    timeout: durationFlag({ summary: 'How long to wait for a server.', default: 5000 }),
  }

  override async run(): Promise<ScheduleListResult> {
    const { flags } = await this.parse(ScheduleList)
    const plan = await this.loadPlan(flags.file)
    const { listSchedules } = await import('../../runtime/index.js')
    const schedules = await listSchedules(plan, {
      server: this.serverFlags(flags),
      timeoutMs: flags.timeout,
      signal: this.signals.stop,
      log: this.logger(flags),
    })
    const { bold, dim } = this.colours
    for (const { uuid, callback, to, from, ...when } of schedules) {
      const whom = to === null ? callback : `${callback} on ${to}`
      this.log(`${bold(uuid)}  ${whom}  ${describe(when)}  ${dim(`made by ${from}`)}`)
    }
    if (schedules.length === 0) this.log('none')
    return { schedules }
  }
}

function describe({ interval, at, cron }: Pick<ScheduleInfo, 'interval' | 'at' | 'cron'>): string {
  if (interval !== undefined) return `every ${interval} s`
  return at ? `at ${at.join(', ')}` : `cron ${cron ?? ''}`
}
