import { fromErrorRecord } from '../../runtime/core/errors.js'
import { withoutStack } from '../../runtime/core/message/error-text.js'
import { createLogger } from '../../runtime/core/logger.js'
import type {
  BackgroundRun,
  CallResult,
  ErrorRecord,
  Plan,
  RunPipelineOptions,
  StageResult,
  StreamResult,
} from '../../runtime/index.js'
import { coloursFor } from '../show/colours.js'
import { FetchBar } from '../show/fetch-bar.js'
import { stderr, stdout, type Output } from '../show/output.js'
import { printPageUrl } from '../show/page-url.js'
import { renderError } from '../show/render-error.js'
import { startLines } from '../runs/run-lines.js'
import { RunView } from '../show/run-view.js'
import { Screen } from '../show/screen.js'
import { summaryLines } from '../show/summary-lines.js'
import { BaseCommand, type GlobalFlags } from './base-command.js'

type RunOptions = Pick<
  RunPipelineOptions,
  'server' | 'log' | 'logLevel' | 'stop' | 'force' | 'onEvent' | 'onFetch'
>

interface Finished {
  error?: ErrorRecord
  calls: CallResult[]
  streams: StreamResult[]
  stages: StageResult[]
}

/** A command that runs nodes and shows their progress: on standard output, or with `--json` on standard error. */
export abstract class RunCommand<R> extends BaseCommand<R> {
  protected override readonly interruptedCode = 0

  /** Shows a run from its start to its summary, and sets the command's exit code. */
  protected async show<T extends Finished>(
    plan: Plan,
    flags: GlobalFlags,
    run: (options: RunOptions) => Promise<T>,
  ): Promise<T> {
    const output = this.jsonEnabled() ? stderr : stdout
    const result = await this.#watch(plan, flags, output, run)
    for (const line of summaryLines(result, coloursFor(output))) output.line(line)
    if (result.error) {
      process.exitCode = 1
      stderr.text(renderError(fromErrorRecord(withoutStack(result.error)), coloursFor(stderr)))
    }
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

  async #watch<T>(
    plan: Plan,
    flags: GlobalFlags,
    output: Output,
    run: (options: RunOptions) => Promise<T>,
  ): Promise<T> {
    const screen = new Screen(output)
    using view = new RunView(plan, screen)
    using bar = FetchBar.beside(screen)
    const { stop, force } = this.signals
    stop.addEventListener('abort', () => view.note('ending; Ctrl-C once more ends it at once'))
    return await run({
      server: this.serverFlags(flags),
      log: createLogger(flags['log-level'], view.note),
      logLevel: flags['log-level'],
      stop,
      force,
      onEvent: view.show,
      onFetch: bar.show,
    })
  }
}
