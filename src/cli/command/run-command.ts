import type { Interfaces } from '@oclif/core'
import { createLogger } from '../../runtime/core/logger.js'
import { FORCED } from '../../runtime/core/process/end-signals.js'
import type { BackgroundRun, Plan, RunPipelineOptions } from '../../runtime/index.js'
import { JsonView } from '../runs/json-view.js'
import { FetchBar } from '../show/fetch-bar.js'
import { stderr, stdout, type Output } from '../show/output.js'
import { printPageUrl } from '../viewer/page-url.js'
import { startLines } from '../runs/run-lines.js'
import { RunView } from '../show/run-view.js'
import { Screen } from '../show/screen.js'
import { showAccount, showError, type Finished } from '../show/show-result.js'
import { BaseCommand, type GlobalFlags } from './base-command.js'
import type { logFlags } from './flags.js'

type RunOptions = Pick<
  RunPipelineOptions,
  'server' | 'log' | 'logLevel' | 'stop' | 'force' | 'onEvent' | 'onFetch'
>

type RunFlags = GlobalFlags & Interfaces.InferredFlags<typeof logFlags>

/** A command that runs nodes and shows their progress: on standard output, or with `--json` on standard error. */
export abstract class RunCommand<R> extends BaseCommand<R> {
  protected override interruptedCode: number = 0

  /** Shows a run from its start to its summary, and sets the command's exit code. */
  protected async show<T extends Finished>(
    plan: Plan,
    flags: RunFlags,
    run: (options: RunOptions) => Promise<T>,
  ): Promise<T> {
    const output = this.jsonEnabled() ? stderr : stdout
    const asJson = flags['log-format'] === 'json'
    const result = asJson
      ? await this.#record(flags, output, run)
      : await this.#watch(plan, flags, output, run)
    if (!asJson) showAccount(result, output)
    showError(result)
    return result
  }

  /** Starts a run in the background, and says how to look after it. */
  protected async detach(
    plan: Plan,
    flags: GlobalFlags,
    options: Pick<
      RunPipelineOptions,
      'durationMs' | 'only' | 'stay' | 'watch' | 'view' | 'metrics' | 'record'
    >,
    waitMs: number | undefined,
  ): Promise<BackgroundRun> {
    // The run goes on, and nothing is known of it.
    this.interruptedCode = FORCED
    const { loadPipeline, runInBackground } = await import('../../runtime/index.js')
    using bar = new FetchBar()
    const log = this.logger(flags)
    const begun = await runInBackground(
      plan,
      { ...options, server: this.serverFlags(flags), logLevel: flags['log-level'] },
      {
        scope: { load: loadPipeline, log },
        signal: this.signals.stop,
        waitMs,
        onFetch: bar.show,
        onNote: (text) => stderr.line(text),
        onView: printPageUrl,
      },
    )
    for (const line of startLines(begun, waitMs !== undefined, this.colours)) this.log(line)
    return begun
  }

  async #watch<T extends Finished>(
    plan: Plan,
    flags: RunFlags,
    output: Output,
    run: (options: RunOptions) => Promise<T>,
  ): Promise<T> {
    const screen = new Screen(output)
    using view = new RunView(plan, screen, flags.timestamps)
    using bar = FetchBar.beside(screen)
    return await this.#run(flags, view, bar, run)
  }

  /** Prints the run as log records, and no account: that is for people, or comes with `--json`. */
  async #record<T extends Finished>(
    flags: RunFlags,
    output: Output,
    run: (options: RunOptions) => Promise<T>,
  ): Promise<T> {
    const view = new JsonView(output, await import('../../runtime/index.js'))
    using bar = new FetchBar()
    const result = await this.#run(flags, view, bar, run)
    const { error } = result
    view.note(error ? `error: the run has ended: ${error.message}` : 'the run has ended')
    return result
  }

  #run<T>(
    flags: RunFlags,
    { note, show }: Pick<JsonView, 'note' | 'show'>,
    bar: FetchBar,
    run: (options: RunOptions) => Promise<T>,
  ): Promise<T> {
    const { stop, force } = this.signals
    stop.addEventListener('abort', () => note('ending; Ctrl-C once more ends it at once'))
    return run({
      server: this.serverFlags(flags),
      log: createLogger(flags['log-level'], note),
      logLevel: flags['log-level'],
      stop,
      force,
      onEvent: show,
      onFetch: bar.show,
    })
  }
}
