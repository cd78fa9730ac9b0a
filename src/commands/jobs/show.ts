import { jobArgs, namedPipeline, shownLines, VisitCommand } from '../../cli/index.js'
import type { ShownJob } from '../../runtime/index.js'

export default class JobsShow extends VisitCommand<ShownJob> {
  static override summary = 'Tell all that is kept of a durable job.'
  static override description =
    'Its callback, its arguments and what came of it in short (--json has all of them), its times, and each failed attempt with the place in the code. Arguments are kept until the job is done, or its outcome expires.'
  static override examples = [
    '<%= config.bin %> jobs show order-17',
    '<%= config.bin %> jobs show order-17 --json',
  ]
  static override args = jobArgs

  override async run(): Promise<ShownJob> {
    const { args, flags } = await this.parse(JobsShow)
    const plan = await this.loadPlan(namedPipeline(args, flags))
    const { showJob } = await import('../../runtime/index.js')
    const job = await this.visit(plan, flags, (visit) => showJob(visit, args.id))
    for (const line of shownLines(job, this.colours)) this.log(line)
    return job
  }
}
