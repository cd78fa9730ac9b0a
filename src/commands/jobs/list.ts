import * as Flags from '@oclif/core/flags'
import { fileArg, jobsTable, namedPipeline, VisitCommand } from '../../cli/index.js'
import { JOB_STATES } from '../../runtime/core/plan/job-states.js'
import type { JobList } from '../../runtime/index.js'

export default class JobsList extends VisitCommand<JobList> {
  static override summary = 'List durable jobs: those that wait or run, and those that have ended, for a day.'
  static override description =
    'The running ones come first, then those that wait, the next one first, then those that have ended, the latest first. Jobs that failed on every attempt are listed for as long as their dead letter is kept.'
  static override examples = [
    '<%= config.bin %> jobs list',
    '<%= config.bin %> jobs list --state failed --json',
    '<%= config.bin %> jobs list -n 1000',
  ]
  static override args = { file: fileArg() }
  static override flags = {
    state: Flags.option({ options: JOB_STATES })({ summary: 'Only jobs of this state.' }),
    limit: Flags.integer({
      char: 'n',
      summary: 'Largest number of jobs to list.',
      default: 50,
      min: 1,
      max: 100_000,
      helpValue: 'N',
    }),
  }

  override async run(): Promise<JobList> {
    const { args, flags } = await this.parse(JobsList)
    const { state, limit } = flags
    const plan = await this.loadPlan(namedPipeline(args, flags))
    const { listJobs } = await import('../../runtime/index.js')
    const list = await listJobs(plan, { state, limit }, this.visitOptions(flags))
    for (const line of jobsTable(list.jobs, this.colours)) this.log(line)
    if (list.jobs.length === 0) this.log('none')
    if (list.more > 0) this.log(this.colours.dim(`and ${list.more} more; -n lists more of them`))
    return list
  }
}
