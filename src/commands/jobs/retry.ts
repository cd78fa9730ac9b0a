import { jobArgs, namedPipeline, VisitCommand } from '../../cli/index.js'

export default class JobsRetry extends VisitCommand<{ id: string }> {
  static override summary = 'Put a durable job that has failed back into the queue.'
  static override description =
    'It keeps its id, has all its attempts again, and its dead letter is removed. However often that is asked for at the same time, the job is run once more. One that waits, runs, is done or was cancelled is refused.'
  static override examples = ['<%= config.bin %> jobs retry order-17']
  static override args = jobArgs

  override async run(): Promise<{ id: string }> {
    const { args, flags } = await this.parse(JobsRetry)
    const plan = await this.loadPlan(namedPipeline(args, flags))
    const { retryJob } = await import('../../runtime/index.js')
    const result = await this.visit(plan, flags, (visit) => retryJob(visit, args.id))
    this.log(`${result.id} ${this.colours.green('waits again')}`)
    return result
  }
}
