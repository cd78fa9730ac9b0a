import { readFile } from 'node:fs/promises'
import * as Args from '@oclif/core/args'
import { BaseCommand, completionScript, SHELLS } from '../../cli/index.js'

interface CompletionResult {
  script: string
}

export default class Completion extends BaseCommand<CompletionResult> {
  static override summary = 'Print a script for Tab completion of commands, flags and names in a shell.'
  static override description = `bash: eval "$(daffi completion bash)" in ~/.bashrc
zsh: eval "$(daffi completion zsh)" in ~/.zshrc, after compinit
fish: daffi completion fish > ~/.config/fish/completions/daffi.fish`
  static override examples = ['<%= config.bin %> completion bash']
  static override args = {
    shell: Args.string({ description: 'The shell to complete in.', options: [...SHELLS], required: true }),
  }

  override async run(): Promise<CompletionResult> {
    const { args } = await this.parse(Completion)
    const script = await readFile(completionScript(args.shell), 'utf8')
    this.print(script.trimEnd())
    return { script }
  }
}
