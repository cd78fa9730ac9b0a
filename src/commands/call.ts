import { Args, Flags } from '@oclif/core'
import { BaseCommand, durationFlag, fileFlag } from '../cli/index.js'

interface CallOutput {
  value: unknown
}

export default class Call extends BaseCommand<CallOutput> {
  static override summary = 'Call a callback of a running pipeline and print what it gives.'
  static override description = `An argument is read as JSON where it is JSON, else taken as text. What begins with a dash goes after --.`
  static override examples = [
    '<%= config.bin %> call add 1 2',
    `<%= config.bin %> call greet Ada '{"polite": true}' --to process2`,
    '<%= config.bin %> call add --json -- -1 2',
  ]
  static override args = {
    name: Args.string({ description: "The callback's name.", required: true }),
    args: Args.string({ description: 'What it is called with.', multiple: true }),
  }
  static override flags = {
    file: fileFlag(),
    to: Flags.string({ summary: 'The node that is to answer.', helpValue: 'NODE' }),
    timeout: durationFlag({
      summary: 'How long to wait for a server, and for the answer.',
      default: 5000,
      defaultHelp: () => Promise.resolve('5s'),
    }),
  }

  override async run(): Promise<CallOutput> {
    const { args, flags } = await this.parse(Call)
    const plan = await this.loadPlan(flags.file)
    const { callFunction } = await import('../runtime/index.js')
    const value = await callFunction(plan, args.name, {
      args: (args.args ?? []).map(readArgument),
      to: flags.to,
      timeoutMs: flags.timeout,
      server: this.serverFlags(flags),
      signal: this.signals.stop,
      log: this.logger(flags),
    })
    this.log('%s', typeof value === 'string' ? value : JSON.stringify(value, null, 2))
    return { value }
  }
}

function readArgument(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
