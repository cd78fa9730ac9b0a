import { Command, type Interfaces } from '@oclif/core'
import { DaffiError } from '../runtime/core/errors.js'
import { createLogger, type Logger } from '../runtime/core/logger.js'
import { findProject } from '../runtime/core/project/project.js'
import type { Plan } from '../runtime/index.js'
import { coloursFor, type Colours } from './colours.js'
import { baseFlags } from './flags.js'
import { reportFailure } from './report-failure.js'
import { FORCED, watchSignals, type Signals } from './signals.js'

/** How a command's flags say which server is meant; the shape that the runtime takes. */
export interface ServerFlags {
  url?: string
  token?: string
  credentials?: string
}

/** What `baseFlags` parse to. */
export type GlobalFlags = Interfaces.InferredFlags<typeof baseFlags>

/**
 * A command parses, calls the runtime (loaded inside `run`, so that --help and --version stay quick),
 * prints, and returns its result, which is what `--json` prints.
 */
export abstract class BaseCommand<R> extends Command {
  static override enableJsonFlag = true
  static override baseFlags = baseFlags

  /** For standard output. */
  protected readonly colours: Colours = coloursFor(process.stdout)
  /** Exit code when Ctrl-C cuts the command off before it has done what was asked. A command that lasts until then says 0. */
  protected readonly interruptedCode: number = FORCED
  #signals: Signals | undefined

  abstract override run(): Promise<R>

  /** Ctrl-C and its like, for a command that has something to end in good order. From the first use they are no longer deadly. */
  protected get signals(): Signals {
    return (this.#signals ??= watchSignals())
  }

  /** daffi's own lines go to standard error, so that standard output holds only what was asked for. */
  protected logger(flags: GlobalFlags): Logger {
    return createLogger(flags['log-level'])
  }

  protected serverFlags(flags: GlobalFlags): ServerFlags {
    return {
      ...(flags.server === undefined ? {} : { url: flags.server }),
      ...(flags.token === undefined ? {} : { token: flags.token }),
      ...(flags.creds === undefined ? {} : { credentials: flags.creds }),
    }
  }

  /** The pipeline file that is named, or meant without a name. */
  protected async pipelineFile(argument?: string): Promise<string> {
    const { findPipelineFile, runningPipeline } = await import('../runtime/index.js')
    const running = await runningPipeline(findProject())
    return findPipelineFile({ argument, running: running?.file })
  }

  protected async loadPlan(argument: string | undefined): Promise<Plan> {
    const { loadPipeline } = await import('../runtime/index.js')
    return loadPipeline(await this.pipelineFile(argument))
  }

  /** The one place where a failed command prints and gets its exit code. */
  protected override async catch(error: Interfaces.CommandError): Promise<void> {
    const interrupted =
      this.#signals?.stop.aborted && error instanceof DaffiError && error.code === 'DAFFI_ABORTED'
    if (!interrupted || this.jsonEnabled()) await reportFailure(error, { json: this.jsonEnabled() })
    if (interrupted) process.exitCode = this.interruptedCode
  }

  protected override finally(): Promise<void> {
    if (this.#signals?.force.aborted) process.exitCode = FORCED
    this.#signals?.[Symbol.dispose]()
    return Promise.resolve()
  }

  override logJson(json: unknown): void {
    process.stdout.write(`${JSON.stringify(json, null, 2)}\n`)
  }
}
