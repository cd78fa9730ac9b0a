import { Help } from '@oclif/core/help'
import { DaffiError } from '../../runtime/core/errors.js'

/** Help of oclif, which would also answer a topic that stands without a command, and call that a success. */
export default class CommandHelp extends Help {
  override showHelp(argv: string[]): Promise<void> {
    const [topic = ''] = argv
    // The topic is the only argument here where no help was asked for, whatever flags came after it.
    const commands = argv.length === 1 ? this.commandsOf(topic) : []
    if (commands.length === 0) return super.showHelp(argv)
    throw new DaffiError('DAFFI_USAGE', `daffi ${topic} needs a command: ${commands.join(', ')}`, {
      next: `Give one of them after ${topic}, before all flags; daffi ${topic} --help tells what they do.`,
    })
  }

  private commandsOf(topic: string): string[] {
    const prefix = `${topic}:`
    return this.config.commandIDs.filter((id) => id.startsWith(prefix)).map((id) => id.slice(prefix.length))
  }
}
