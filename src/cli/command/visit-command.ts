import type { Interfaces } from '@oclif/core'
import type { Logger } from '../../runtime/core/logger.js'
import type { ServerChoice } from '../../runtime/core/plan/server-choice.js'
import { BaseCommand } from './base-command.js'
import { baseFlags, durationFlag } from './flags.js'
import { pipelineFlags } from './pipeline-file.js'

const visitFlags = {
  ...baseFlags,
  ...pipelineFlags,
  timeout: durationFlag({ summary: 'Time to wait for a NATS server.', default: '5s' }),
}

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

  protected visitOptions(flags: Interfaces.InferredFlags<typeof visitFlags>): VisitOptions {
    return {
      server: this.serverFlags(flags),
      timeoutMs: flags.timeout,
      signal: this.signals.stop,
      log: this.logger(flags),
    }
  }
}
