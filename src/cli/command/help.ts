import type { Command } from '@oclif/core'
import { getHelpFlagAdditions, Help, standardizeIDFromArgv } from '@oclif/core/help'
import { DaffiError } from '../../runtime/core/errors.js'
import { unknownCommand } from './command-not-found.js'

/**
 * Help of oclif, which would also answer a topic that stands without a command, and call that a success. Of a command that
 * does not exist it would not say which one was probably meant.
 */
export default class CommandHelp extends Help {
  override showHelp(argv: string[]): Promise<void> {
    const [topic = ''] = argv
    // The topic is the only argument here where no help was asked for, whatever flags came after it.
    const commands = argv.length === 1 ? this.commandsOf(topic) : []
    if (commands.length === 0) {
      const unknown = this.unknownOf(argv)
      if (unknown !== undefined) throw unknownCommand(unknown, this.config.commandIDs)
      return super.showHelp(argv)
    }
    throw new DaffiError('DAFFI_USAGE', `daffi ${topic} needs a command: ${commands.join(', ')}`, {
      next: `Give one of them after ${topic}, before all flags; daffi ${topic} --help tells what they do.`,
    })
  }

  /**
   * Says in words which flags need others. oclif would put these together in its line of usage, where it reads as if the
   * others needed them.
   */
  protected override formatCommand(command: Command.Loadable): string {
    const flags = Object.entries(command.flags).map(([name, { dependsOn = [], ...flag }]) => {
      const needs = dependsOn.map((other) => `--${other}`).join(' and ')
      return [name, needs === '' ? flag : { ...flag, summary: `${flag.summary ?? ''} Needs ${needs}.` }]
    })
    return super.formatCommand({ ...command, flags: Object.fromEntries(flags) as Command.Loadable['flags'] })
  }

  /** Id of the command whose help is asked for, when there is none; words that ask for help are no part of it. */
  private unknownOf(argv: string[]): string | undefined {
    const asking = [...getHelpFlagAdditions(this.config), 'help']
    const words = argv.filter((word) => !asking.includes(word))
    const [id = '-'] = standardizeIDFromArgv(words, this.config)
    const known = this.config.findCommand(id) ?? this.config.findTopic(id)
    return known || id.startsWith('-') ? undefined : id
  }

  private commandsOf(topic: string): string[] {
    const prefix = `${topic}:`
    return this.config.commandIDs.filter((id) => id.startsWith(prefix)).map((id) => id.slice(prefix.length))
  }
}
