import { Args, Flags } from '@oclif/core'
import { BaseCommand, durationFlag, fileFlag, readArguments, readItems } from '../cli/index.js'

interface CallOutput {
  value: unknown
}

export default class Call extends BaseCommand<CallOutput> {
  static override summary = 'Call a callback of a running pipeline and print what it gives.'
  static override description = `An argument is read as JSON where it is JSON, else taken as text; - is standard input. What begins with a dash goes after --.
With STREAM the one argument is a JSON array of items, or -, of which each line is an item.
A durable BG prints the id of its job, a PERIOD that of its schedule.`
  static override examples = [
    '<%= config.bin %> call add 1 2',
    `<%= config.bin %> call greet Ada '{"polite": true}' --to process2`,
    '<%= config.bin %> call add --json -- -1 2',
    `<%= config.bin %> call tick --modifier '{ PERIOD: { interval: 5s } }'`,
    'seq 100 | <%= config.bin %> call process_sequence - --modifier STREAM',
  ]
  static override args = {
    name: Args.string({ description: "The callback's name.", required: true }),
    args: Args.string({ description: 'What it is called with.', multiple: true }),
  }
  static override flags = {
    file: fileFlag(),
    to: Flags.string({ summary: 'The node that is to answer.', helpValue: 'NODE' }),
    modifier: Flags.string({
      summary: 'How it is carried out, written as in a pipeline file.',
      default: 'FG',
      helpValue: 'MODIFIER',
    }),
    timeout: durationFlag({
      summary: 'How long to wait for a server, and for the answer.',
      default: 5000,
      defaultHelp: () => Promise.resolve('5s'),
    }),
  }

  override async run(): Promise<CallOutput> {
    const { args, flags } = await this.parse(Call)
    const plan = await this.loadPlan(flags.file)
    const { callFunction, loadModifier } = await import('../runtime/index.js')
    const modifier = await loadModifier(flags.modifier, flags.timeout)
    const texts = args.args ?? []
    const value = await callFunction(plan, args.name, {
      args: modifier.kind === 'STREAM' ? readItems(texts) : await readArguments(texts),
      modifier,
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
