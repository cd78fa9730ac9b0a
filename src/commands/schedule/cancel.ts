import { Args } from '@oclif/core'
import { BaseCommand, durationFlag, fileFlag } from '../../cli/index.js'

interface ScheduleCancelResult {
  /** False for one that has ended. */
  cancelled: boolean
}

export default class ScheduleCancel extends BaseCommand<ScheduleCancelResult> {
  static override summary = 'Keep a periodic call from being made again.'
  static override examples = ['<%= config.bin %> schedule cancel 3f2b8a54-5c0f-4c55-8e0e-6f5f4a1f0d53']
  static override args = {
    uuid: Args.string({ description: 'What daffi schedule list calls it.', required: true }),
  }
  static override flags = {
    file: fileFlag(),
    timeout: durationFlag({ summary: 'How long to wait for a server.', default: 5000 }),
  }

  override async run(): Promise<ScheduleCancelResult> {
    const { args, flags } = await this.parse(ScheduleCancel)
    const plan = await this.loadPlan(flags.file)
    const { cancelSchedule } = await import('../../runtime/index.js')
    const cancelled = await cancelSchedule(plan, args.uuid, {
      server: this.serverFlags(flags),
      timeoutMs: flags.timeout,
      signal: this.signals.stop,
      log: this.logger(flags),
    })
    this.log(cancelled ? 'cancelled' : 'it had ended before')
    return { cancelled }
  }
}
