import { Command, type Interfaces } from '@oclif/core'
import { createLogger, type Logger, type LogLevel } from '../runtime/index.js'
import { coloursFor, type Colours } from './colours.js'
import { baseFlags } from './flags.js'
import { errorJson, exitCodeOf, fromOclif, renderError } from './render-error.js'

/** How a command's flags say which server is meant; the shape that the runtime takes. */
export interface ServerFlags {
  url?: string
  token?: string
  credentials?: string
}

/**
 * A command parses, calls the runtime (loaded inside `run`, so that --help and --version stay quick),
 * prints, and returns its result, which is what `--json` prints.
 */
export abstract class BaseCommand<R> extends Command {
  static override enableJsonFlag = true
  static override baseFlags = baseFlags

  /** For standard output. */
  protected readonly colours: Colours = coloursFor(process.stdout)

  abstract override run(): Promise<R>

  /** daffi's own lines go to standard error, so that standard output holds only what was asked for. */
  protected logger(flags: { 'log-level': LogLevel }): Logger {
    return createLogger(flags['log-level'])
  }

  protected serverFlags(flags: {
    server?: string | undefined
    token?: string | undefined
    creds?: string | undefined
  }): ServerFlags {
    return {
      ...(flags.server === undefined ? {} : { url: flags.server }),
      ...(flags.token === undefined ? {} : { token: flags.token }),
      ...(flags.creds === undefined ? {} : { credentials: flags.creds }),
    }
  }

  /** The one place where a failed command prints and gets its exit code. */
  protected override catch(thrown: Interfaces.CommandError): Promise<void> {
    const error = fromOclif(thrown)
    process.exitCode = exitCodeOf(error)
    if (this.jsonEnabled()) this.logJson(errorJson(error))
    else process.stderr.write(`${renderError(error, coloursFor(process.stderr))}\n`)
    return Promise.resolve()
  }

  override logJson(json: unknown): void {
    process.stdout.write(`${JSON.stringify(json, null, 2)}\n`)
  }
}
