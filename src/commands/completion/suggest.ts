import { BaseCommand, complete, projectNames, type Candidate } from '../../cli/index.js'

export default class Complete extends BaseCommand<Candidate[]> {
  static override summary =
    'Print what the last of the words after -- can become; for the scripts of daffi completion.'
  static override hidden = true
  static override strict = false

  override async run(): Promise<Candidate[]> {
    const words = this.argv.slice(this.argv.indexOf('--') + 1)
    const names = projectNames((file) => this.loadPlan(file))
    const candidates = await complete(words, this.config.commands, names)
    for (const { text, about } of candidates) this.log('%s', `${text}\t${about}`)
    return candidates
  }
}
