import { jobArgs, namedPipeline, VisitCommand } from '../../cli/index.js'
import type { JobState } from '../../runtime/core/plan/job-states.js'
import type { CancelledJob } from '../../runtime/index.js'

const WAS: Record<JobState, string> = {
  waiting: 'is taken out of the queue',
  running: 'was running, and its callback is told to end',
  done: 'was done before',
  failed: 'had failed before',
  cancelled: 'was cancelled before',
}

export default class JobsCancel extends VisitCommand<CancelledJob> {
  static override summary = 'Cancel a durable job that waits or runs.'
  static override description =
    "A waiting one is taken out of the queue, and no node runs it. Of a running one the callback's signal aborts; its outcome is that it was cancelled, whatever the callback makes of that."
  static override examples = ['<%= config.bin %> jobs cancel order-17']
  static override args = jobArgs

  override async run(): Promise<CancelledJob> {
    const { args, flags } = await this.parse(JobsCancel)
    const plan = await this.loadPlan(namedPipeline(args, flags))
    const { cancelJob } = await import('../../runtime/index.js')
    const result = await this.visit(plan, flags, (visit) => cancelJob(visit, args.id))
    this.log(`${result.id} ${WAS[result.was]}`)
    return result
  }
}
