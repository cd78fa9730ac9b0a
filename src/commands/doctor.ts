import {
  BaseCommand,
  diagnose,
  renderError,
  type BinaryFinding,
  type Diagnosis,
  type ServerFinding,
} from '../cli/index.js'
import { fromErrorRecord } from '../runtime/core/errors.js'
import { findProject } from '../runtime/core/project/project.js'

const LABEL_WIDTH = 13

export default class Doctor extends BaseCommand<Diagnosis> {
  static override summary =
    'Show the programs, server and folders that daffi would use, and what is wrong with them.'
  static override description = 'Changes and fetches nothing. The exit code is 1 when something is wrong.'
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --json']

  override async run(): Promise<Diagnosis> {
    const { flags } = await this.parse(Doctor)
    const engines = this.config.pjson.engines as { node: string }
    const diagnosis = await diagnose({
      project: findProject(),
      server: this.serverFlags(flags),
      minNode: engines.node.replace('>=', ''),
      log: this.logger(flags),
    })
    if (diagnosis.problems.length > 0) process.exitCode = 1
    this.#print(diagnosis)
    return diagnosis
  }

  #print({ node, platform, project, cache, binaries, server, problems }: Diagnosis): void {
    this.#line('node', `${node} on ${platform}`)
    for (const [name, finding] of Object.entries(binaries)) {
      this.#line(name, binaryText(finding))
      for (const { path, reason } of finding.passedOver) this.#line('', `passed over: ${path} ${reason}`)
      if (finding.warning !== null) this.#line('', this.colours.yellow(finding.warning))
    }
    this.#line('cache', cache)
    this.#line('project', project)
    this.#line('server', serverText(server))
    for (const problem of problems) this.print(`\n${renderError(fromErrorRecord(problem), this.colours)}`)
    const isWarned = Object.values(binaries).some(({ warning }) => warning !== null)
    if (problems.length === 0) this.print(this.colours.green(`\nnothing ${isWarned ? 'else ' : ''}is wrong`))
  }

  #line(label: string, text: string): void {
    this.log(`${this.colours.dim(label.padEnd(LABEL_WIDTH))}${text}`)
  }
}

function binaryText({ state, version, origin, path, package: toFetch }: BinaryFinding): string {
  if (state === 'found') return `${version ?? ''} (${origin ?? ''}) ${path ?? ''}`
  return state === 'missing' ? state : `${state}: ${toFetch ?? ''}`
}

function serverText({ state, info }: ServerFinding): string {
  return info ? `${state}: ${info.version} at ${info.url}` : state
}
