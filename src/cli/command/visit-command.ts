import type { Interfaces } from '@oclif/core'
import type { Logger } from '../../runtime/core/logger.js'
import type { ServerChoice } from '../../runtime/core/plan/server-choice.js'
import type { PipelineVisit, Plan } from '../../runtime/index.js'
import { BaseCommand } from './base-command.js'
import { baseFlags, durationFlag } from './flags.js'
import { pipelineFlags } from './pipeline-file.js'

const visitFlags = {
  ...baseFlags,
  ...pipelineFlags,
  timeout: durationFlag({ summary: 'Time to wait for a NATS server.', default: '5s' }),
}

type VisitFlags = Interfaces.InferredFlags<typeof visitFlags>

/** The server of a pipeline to visit, as options of the runtime. */
interface VisitOptions {
  server: ServerChoice
  timeoutMs: number
  signal: AbortSignal
  log: Logger
}

/** A command that visits a running pipeline: it waits for the pipeline's server for a while, and runs no node. */
export abstract class VisitCommand<R> extends BaseCommand<R> {
  static override baseFlags = visitFlags

  /** Visits a pipeline for as long as `use` takes. */
  protected async visit<T>(
    plan: Plan,
    flags: VisitFlags,
    use: (visit: PipelineVisit) => Promise<T>,
  ): Promise<T> {
    const { visitPipeline } = await import('../../runtime/index.js')
    return await visitPipeline(plan, this.visitOptions(flags), use)
  }

  protected visitOptions(flags: VisitFlags): VisitOptions {
    return {
      server: this.serverFlags(flags),
      timeoutMs: flags.timeout,
      signal: this.signals.stop,
      log: this.logger(flags),
    }
  }
}
