import * as Flags from '@oclif/core/flags'
import { LogPrinter, longFileFlag, nameArg, readSince, RunsCommand, stdout } from '../../cli/index.js'
import { DaffiError } from '../../runtime/core/errors.js'

export default class Logs extends RunsCommand<void> {
  static override summary = 'Print what nodes have printed, and what became of them.'
  static override description =
    'Of a run in the background all that its log files keep, also when it has ended; of a run in a terminal, or on another host, the last lines. -f goes on through restarts of nodes and of the run.'
  static override examples = [
    '<%= config.bin %> logs',
    '<%= config.bin %> logs -f process2 --timestamps',
    '<%= config.bin %> logs --since 10m --level warn',
    '<%= config.bin %> logs --tail 100 --json',
  ]
  static override args = {
    node: nameArg({
      description: 'Name of a node; by default all, and the run as a whole.',
      multiple: true,
      hint: ' The -f of daffi logs goes on with what comes.',
    }),
  }
  // -f is for following, as everywhere where logs are.
  static override baseFlags = {
    ...RunsCommand.baseFlags,
    file: longFileFlag({ summary: 'Pipeline file whose logs are meant.' }),
  }
  static override flags = {
    follow: Flags.boolean({ char: 'f', summary: 'Go on with what comes, until Ctrl-C.' }),
    tail: Flags.integer({ summary: 'Begin with so many of the last records.', min: 0, helpValue: 'N' }),
    since: Flags.string({
      summary: 'Begin at this time, such as 2026-11-20T08:00:00Z, or so long ago, such as 10m.',
      helpValue: 'TIME',
    }),
    level: Flags.option({ options: ['info', 'warn', 'error'] as const })({
      summary: 'Only records of this level and above.',
    }),
    grep: Flags.string({ summary: 'Only records that match this regular expression.', helpValue: 'RE' }),
    timestamps: Flags.boolean({ char: 't', summary: 'Print the time of each record.' }),
  }

  protected override interruptedCode = 0

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Logs)
    const { tail, level, follow, timestamps } = flags
    const since = flags.since === undefined ? undefined : readSince(flags.since, Date.now())
    const grep = flags.grep === undefined ? undefined : expression(flags.grep)
    const { readLogs } = await import('../../runtime/index.js')
    await this.withRuns(flags, async (view, project, pipeline) => {
      const selection = {
        nodes: args.node ?? [],
        tail,
        since,
        level,
        grep,
        follow,
        signal: this.signals.stop,
      }
      const printer = new LogPrinter({
        output: stdout,
        json: this.jsonEnabled(),
        timestamps,
        colours: this.colours,
      })
      for await (const record of readLogs(view, { project, pipeline: pipeline() }, selection)) {
        await printer.print(record)
        if (this.signals.stop.aborted) break
      }
    })
  }

  /** Every record was printed as a line of its own. */
  override logJson(): void {
    // Nothing is left to print.
  }
}

function expression(text: string): RegExp {
  try {
    return new RegExp(text, 'u')
  } catch (error) {
    throw new DaffiError('DAFFI_USAGE', `--grep: ${(error as Error).message}`, { cause: error })
  }
}
