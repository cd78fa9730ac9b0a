import { relative, resolve } from 'node:path'
import { Args, Flags } from '@oclif/core'
import {
  askFor,
  BaseCommand,
  nameFor,
  STARTERS,
  stdout,
  writeProject,
  type NewProject,
} from '../cli/index.js'
import { assertToken } from '../runtime/core/names.js'

interface InitResult extends NewProject {
  /** The files that were written, relative to the folder. */
  files: string[]
}

export default class Init extends BaseCommand<InitResult> {
  static override summary = 'Create a pipeline to start from, with a callback and a test.'
  static override description =
    'On a terminal it asks for what the flags leave open. Existing files are never overwritten.'
  static override examples = [
    '<%= config.bin %> init',
    '<%= config.bin %> init shop --source values',
    '<%= config.bin %> init cameras --name front-door --yes',
  ]
  static override args = {
    folder: Args.string({ description: 'Folder to write to; created if it does not exist.', default: '.' }),
  }
  static override flags = {
    name: Flags.string({ summary: "Name of the pipeline; by default the folder's name." }),
    source: Flags.option({ options: STARTERS })({ summary: 'What the pipeline streams; camera by default.' }),
    yes: Flags.boolean({ char: 'y', summary: 'Do not ask; use the defaults.' }),
  }

  override async run(): Promise<InitResult> {
    const { args, flags } = await this.parse(Init)
    const folder = resolve(args.folder)
    const { name = nameFor(folder), source } = flags
    assertToken('pipeline', name)
    const asks = !flags.yes && !this.jsonEnabled() && process.stdin.isTTY && stdout.isTTY
    const project = asks
      ? await askFor({ folder, name, source }, { named: flags.name !== undefined, signal: this.signals.stop })
      : { folder, name, source: source ?? 'camera' }
    const files = await writeProject(project)
    this.#printNextSteps(project, files)
    return { ...project, files }
  }

  #printNextSteps({ folder }: NewProject, files: string[]): void {
    const { bold, dim, green } = this.colours
    const path = relative(process.cwd(), folder)
    for (const file of files) this.log(`${green('+')} ${file}`)
    this.print('\nNext:')
    if (path !== '') this.log(`  ${bold(`cd ${path}`)}`)
    this.log(`  ${bold('npm install')}      ${dim('daffi, and its types for your editor')}`)
    this.log(`  ${bold('npx daffi up')}     ${dim('runs the pipeline; Ctrl-C ends it')}`)
    this.log(`  ${bold('npx daffi test')}   ${dim('runs its test')}`)
  }
}
