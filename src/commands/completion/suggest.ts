import { BaseCommand, projectNames, suggest, type Suggestion } from '../../cli/index.js'

export default class CompletionSuggest extends BaseCommand<Suggestion[]> {
  static override summary =
    'Print completions of the last of the words after --. For the scripts that daffi completion prints.'
  static override hidden = true
  static override strict = false

  override async run(): Promise<Suggestion[]> {
    const words = this.argv.slice(this.argv.indexOf('--') + 1)
    const names = projectNames((file) =>
      this.loadPlan({ files: file === undefined ? [] : [file], envFiles: [], profiles: ['*'] }),
    )
    const suggestions = await suggest(words, this.config.commands, names)
    for (const { text, about } of suggestions) this.log(`${text}\t${about}`)
    return suggestions
  }
}
