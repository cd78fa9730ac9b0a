import { Command } from '@oclif/core/command'
import type { Interfaces } from '@oclif/core'
import { abortError } from '../../runtime/core/abort.js'
import { DaffiError } from '../../runtime/core/errors.js'
import { createLogger, type Logger } from '../../runtime/core/logger.js'
import { serverChoice, type ServerChoice } from '../../runtime/core/plan/server-choice.js'
import { findProject } from '../../runtime/core/project/project.js'
import type { PipelineInputs } from '../../runtime/core/plan/plan.js'
import type { Plan } from '../../runtime/index.js'
import { coloursFor, type Colours } from '../show/colours.js'
import { stderr, stdout } from '../show/output.js'
import { reportFailure } from '../show/errors/report-failure.js'
import type { UsedCommand } from '../show/errors/usage-error.js'
import { baseFlags, refuseValues } from './flags.js'
import type { NamedPipeline } from './pipeline-file.js'
import { FORCED, watchSignals, type Signals } from './signals.js'

/** The parsed `baseFlags`. */
export type GlobalFlags = Interfaces.InferredFlags<typeof baseFlags>

/**
 * Base of all commands. A command parses, calls the runtime (loaded inside `run`, so that --help and --version stay
 * quick), prints, and returns its result, which is what `--json` prints.
 */
export abstract class BaseCommand<R> extends Command {
  static override enableJsonFlag = true
  static override baseFlags = baseFlags

  /** Colours for standard output. */
  protected readonly colours: Colours = coloursFor(stdout)
  /** Exit code when Ctrl-C interrupts the command before it is done. A command that runs until Ctrl-C has 0. */
  protected interruptedCode: number = FORCED
  #signals: Signals | undefined

  abstract override run(): Promise<R>

  /**
   * Ctrl-C and other signals that end a command, for one that has to shut down gracefully. From the first use on they
   * no longer end the process by themselves.
   */
  protected get signals(): Signals {
    return (this.#signals ??= watchSignals())
  }

  /** Logger on standard error, so that standard output holds only what was asked for. */
  protected logger(flags: GlobalFlags): Logger {
    return createLogger(flags['log-level'], (line) => stderr.line(line))
  }

  /**
   * The server that the flags name, or the variables in their place. A certificate may be given by a flag, and its key by a variable.
   * @throws DaffiError DAFFI_USAGE when only one of the two is given
   */
  protected serverFlags(flags: GlobalFlags): ServerChoice {
    const { NATS_TOKEN, NATS_CA, NATS_CERT, NATS_KEY } = process.env
    const { server: url, token = NATS_TOKEN, creds: credentials } = flags
    const { 'tls-ca': ca = NATS_CA, 'tls-cert': cert = NATS_CERT, 'tls-key': key = NATS_KEY } = flags
    const areVariables = flags['tls-cert'] === undefined && flags['tls-key'] === undefined
    const names = areVariables ? undefined : { cert: '--tls-cert', key: '--tls-key' }
    return serverChoice({ url, token, credentials, ca, cert, key }, names)
  }

  /** The named pipeline, or the default one. One that runs is read as it was when it was started, but for what flags say. */
  protected async pipeline({ files: [argument, ...overrides], ...named }: NamedPipeline): Promise<{
    file: string
    inputs: Omit<PipelineInputs, 'nodes'>
  }> {
    const { findPipelineFile, runningPipeline } = await import('../../runtime/index.js')
    const isDefault = argument === undefined && !process.env.DAFFI_PIPELINE
    const running = isDefault ? await runningPipeline(findProject()) : undefined
    const file = await findPipelineFile({ argument, running: running?.file })
    if (!running) return { file, inputs: { overrides, ...named } }
    const { envFiles, profiles } = named
    return {
      file,
      inputs: {
        overrides: running.inputs.overrides,
        envFiles: envFiles.length > 0 ? envFiles : running.inputs.envFiles,
        profiles: profiles.length > 0 ? profiles : running.inputs.profiles,
      },
    }
  }

  /**
   * The plan of the named pipeline, or of the default one.
   * @param nodes that take part whatever their profiles are
   */
  protected async loadPlan(named: NamedPipeline, nodes: readonly string[] = []): Promise<Plan> {
    const { loadPipeline } = await import('../../runtime/index.js')
    const { file, inputs } = await this.pipeline(named)
    return loadPipeline(file, { ...inputs, nodes })
  }

  protected override async init(): Promise<void> {
    await super.init()
    refuseValues(this.argv, this.#flags)
  }

  get #flags(): Interfaces.FlagInput {
    return { ...this.ctor.baseFlags, ...this.ctor.flags }
  }

  /** The command, for errors about its usage. */
  get #used(): UsedCommand {
    const name = `daffi ${(this.id ?? '').replaceAll(':', ' ')}`
    return { name, flags: Object.keys(this.#flags) }
  }

  /** Prints the error of a failed command and sets the exit code; nothing else does. */
  protected override catch(thrown: Interfaces.CommandError): Promise<void> {
    const { stop } = this.#signals ?? {}
    // Waits of Node's own end with another error than daffi's.
    const isAbort = stop?.aborted && 'code' in thrown && thrown.code === 'ABORT_ERR'
    const error = isAbort ? abortError(stop, this.id ?? 'the command') : thrown
    const interrupted = stop?.aborted && error instanceof DaffiError && error.code === 'DAFFI_ABORTED'
    if (!interrupted || this.jsonEnabled())
      reportFailure(error, { json: this.jsonEnabled(), command: this.#used })
    if (interrupted) process.exitCode = this.interruptedCode
    return Promise.resolve()
  }

  protected override finally(): Promise<void> {
    if (this.#signals?.force.aborted) process.exitCode = FORCED
    this.#signals?.[Symbol.dispose]()
    return Promise.resolve()
  }

  /** Prints a line of the result for a person. Further lines of its text are indented. */
  override log(text = ''): void {
    if (!this.jsonEnabled()) stdout.line(text)
  }

  /** Prints text of several lines for a person. */
  protected print(text: string): void {
    if (!this.jsonEnabled()) stdout.text(text)
  }

  override logJson(json: unknown): void {
    stdout.json(json)
  }
}
