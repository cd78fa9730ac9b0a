import { relative, resolve } from 'node:path'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {
  askFor,
  BaseCommand,
  confirmAdditions,
  nameFor,
  prepareProject,
  STARTERS,
  stdout,
  writeProject,
  type NewProject,
  type ProjectFiles,
} from '../cli/index.js'
import { assertToken } from '../runtime/core/names.js'

interface InitResult extends NewProject {
  /** The new files, relative to the folder. */
  files: string[]
  /** Additions to files that were there, by file. */
  additions: Record<string, string[]>
  /** Files that were there, and are as they were. */
  kept: string[]
}

export default class Init extends BaseCommand<InitResult> {
  static override summary = 'Create a pipeline to start from, with a callback and a test.'
  static override description =
    'On a terminal it asks for what the flags leave open. What is there stays: package.json and .gitignore get what they lack, with leave on a terminal, and a pipeline that is there is not touched.'
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
    const files = await prepareProject(project)
    if (asks && files.additions.length > 0) await confirmAdditions(files.additions, this.signals.stop)
    await writeProject(folder, files)
    this.#printNextSteps(project, files)
    return {
      ...project,
      files: [...files.created.keys()].sort(),
      additions: Object.fromEntries(files.additions.map(({ file, added }) => [file, added])),
      kept: files.kept,
    }
  }

  #printNextSteps({ folder }: NewProject, { created, additions, kept }: ProjectFiles): void {
    const { bold, dim, green } = this.colours
    const path = relative(process.cwd(), folder)
    for (const file of [...created.keys()].sort()) this.log(`${green('+')} ${file}`)
    for (const { file, added } of additions) this.log(`${green('+')} ${file}: ${added.join(', ')}`)
    for (const file of kept) this.log(dim(`  ${file} stays as it is`))
    this.print('\nNext:')
    if (path !== '') this.log(`  ${bold(`cd ${path}`)}`)
    this.log(`  ${bold('npm install')}      ${dim('daffi, and types for your editor')}`)
    this.log(`  ${bold('npx daffi up')}     ${dim('runs the pipeline; Ctrl-C ends it')}`)
    this.log(`  ${bold('npx daffi test')}   ${dim('runs its test')}`)
  }
}
