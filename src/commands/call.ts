import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { plainJson } from '../runtime/core/text/plain-text.js'
import { durationFlag, nameArg, namedPipeline, readArguments, readItems, VisitCommand } from '../cli/index.js'

interface CallOutput {
  value: unknown
}

export default class Call extends VisitCommand<CallOutput> {
  static override summary = 'Call a callback of a running pipeline and print the result.'
  static override description = `An argument that is valid JSON is passed as that value, anything else as text; - reads standard input. Arguments that begin with a dash go after --.
With STREAM, the one argument is a JSON array of items, or - to stream each line of standard input as an item.
A durable BG prints the id of its job, PERIOD the id of its schedule.`
  static override examples = [
    '<%= config.bin %> call add 1 2',
    `<%= config.bin %> call greet Ada '{"polite": true}' --to process2`,
    '<%= config.bin %> call add --json -- -1 2',
    `<%= config.bin %> call tick --modifier '{ PERIOD: { interval: 5s } }'`,
    '$ seq 100 | <%= config.bin %> call process_sequence - --modifier STREAM',
  ]
  static override args = {
    name: nameArg({ description: 'Name of the callback.', required: true }),
    args: Args.string({ description: 'Arguments of the call.', multiple: true }),
  }
  static override flags = {
    to: Flags.string({
      summary: 'Node that the call goes to; by default any that offers the callback.',
      helpValue: 'NODE',
    }),
    modifier: Flags.string({
      summary: 'How the call is carried out, written as in a pipeline file.',
      default: 'FG',
      helpValue: 'MODIFIER',
    }),
    timeout: durationFlag({ summary: 'Time to wait for a NATS server, and for the result.', default: '5s' }),
  }

  override async run(): Promise<CallOutput> {
    const { args, flags } = await this.parse(Call)
    const plan = await this.loadPlan(namedPipeline({}, flags))
    const { callFunction, loadModifier } = await import('../runtime/index.js')
    const modifier = await loadModifier(flags.modifier, flags.timeout)
    const texts = args.args ?? []
    const value = await callFunction(plan, args.name, {
      ...this.visitOptions(flags),
      args: modifier.kind === 'STREAM' ? readItems(texts) : await readArguments(texts),
      modifier,
      to: flags.to,
    })
    this.print(typeof value === 'string' ? value : plainJson(value, 2))
    return { value }
  }
}
