import * as Flags from '@oclif/core/flags'
import {
  coloursFor,
  logFlags,
  LogPrinter,
  namedFile,
  runFlag,
  RunsCommand,
  runsFileArg,
  runsMeant,
  severalRuns,
  showAccount,
  showError,
  stderr,
  stdout,
} from '../../cli/index.js'
import { noRun } from '../../runtime/core/project/no-run.js'
import type { EndedRun } from '../../runtime/index.js'

interface AttachResult {
  /** How the run has ended; null when Ctrl-C came first, and the run goes on. */
  ended: EndedRun | null
}

export default class Attach extends RunsCommand<AttachResult> {
  static override summary = 'Follow a run in this terminal as if it had been started here.'
  static override description =
    'Prints what nodes print and what becomes of them; at the end of the run its account, and ends with its exit code. Ctrl-C leaves the run alone.'
  static override examples = ['<%= config.bin %> attach', '<%= config.bin %> attach --tail 100 --timestamps']
  static override args = { file: runsFileArg }
  static override flags = {
    run: runFlag({ summary: 'Id of the run, where there are several.' }),
    tail: Flags.integer({
      summary: 'Begin with so many of the last records.',
      min: 0,
      helpValue: 'N',
      default: 10,
    }),
    ...logFlags,
  }

  protected override interruptedCode = 0

  override async run(): Promise<AttachResult> {
    const { args, flags } = await this.parse(Attach)
    const { attachRun, runInfo } = await import('../../runtime/index.js')
    const file = namedFile(args, flags)
    return this.withRuns({ ...flags, file }, async (view, project) => {
      const [run, ...others] = runsMeant(view.runs, flags.run, runInfo)
      if (!run) throw noRun()
      if (others.length > 0) throw severalRuns([run, ...others].map(runInfo))
      const output = this.jsonEnabled() ? stderr : stdout
      const { timestamps, tail } = flags
      const json = flags['log-format'] === 'json'
      const names = runInfo(run).nodes.map(({ name }) => name)
      const colours = coloursFor(output)
      const printer = new LogPrinter({ output, json, timestamps, colours, names })
      const signal = this.signals.stop
      const onRecord = printer.print.bind(printer)
      const ended = await attachRun(view, run, { project, tail, signal, onRecord })
      if (!ended) stderr.line(`left ${run.pipeline}, which goes on; daffi down ends it`)
      else if (ended.result && !json) showAccount(ended.result, output)
      if (ended) showError({ ...(ended.error && { error: ended.error }) })
      return { ended: ended ?? null }
    })
  }
}
