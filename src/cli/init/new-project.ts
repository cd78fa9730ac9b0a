import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { DaffiError } from '../../runtime/core/errors.js'
import { isToken } from '../../runtime/core/names.js'
import { packageFile } from '../../runtime/core/process/package-file.js'
import { addLines, addToManifest, type Addition } from './additions.js'
import { installedAs, type Manifest } from './installed-as.js'
import { writeAll } from './write-all.js'

/** Kinds of pipeline to start from; each is a folder of templates. */
export const STARTERS = ['camera', 'values'] as const
export type Starter = (typeof STARTERS)[number]

export interface NewProject {
  folder: string
  /** The pipeline's name. */
  name: string
  source: Starter
}

/** Files to be written into a folder, and those of them that are there. */
export interface ProjectFiles {
  /** Texts of new files, by their paths relative to the folder. */
  created: Map<string, string>
  /** Files that are there, and lack something. */
  additions: Addition[]
  /** Files that are there, and stay as they are. */
  kept: string[]
}

const TEMPLATES = packageFile('templates')
/** Name of the pipelines in the templates, which can be run as they are. */
const TEMPLATE_NAME = 'my-pipeline'

/**
 * Prepares the files of a project to start from: a pipeline with its callbacks, a test, tsconfig and package.json. Nothing
 * is written.
 * @throws DaffiError DAFFI_FILES_EXIST when files of the pipeline are there
 */
export async function prepareProject({ folder, name, source }: NewProject): Promise<ProjectFiles> {
  const common = new Map(await template('common'))
  const pipeline = new Map(await template(source))
  const isThere = (file: string): boolean => existsSync(join(folder, file))
  const taken = [...pipeline.keys()].filter(isThere).sort()
  if (taken.length > 0) throw new DaffiError('DAFFI_FILES_EXIST', `${folder} has ${taken.join(', ')} already`)
  const manifest = {
    ...(JSON.parse(common.get('package.json') ?? '{}') as Manifest),
    dependencies: { daffi: await installedAs(folder) },
  }
  common.set('package.json', `${JSON.stringify(manifest, null, 2)}\n`)
  const files: ProjectFiles = { created: new Map(), additions: [], kept: [] }
  for (const [file, text] of [...common, ...pipeline]) {
    if (!isThere(file)) files.created.set(file, text.replaceAll(TEMPLATE_NAME, name))
    else if (file === 'package.json') files.additions.push(await addToManifest(folder, manifest))
    else if (file === '.gitignore') files.additions.push(await addLines(folder, file, text))
    else files.kept.push(file)
  }
  files.kept.push(...files.additions.filter(({ added }) => added.length === 0).map(({ file }) => file))
  files.additions = files.additions.filter(({ added }) => added.length > 0)
  return files
}

/** Writes all that `prepareProject` has prepared, or nothing. @throws DaffiError those of the folder, such as DAFFI_FOLDER_TAKEN */
export async function writeProject(folder: string, { created, additions }: ProjectFiles): Promise<void> {
  await writeAll({
    created: new Map([...created].map(([file, text]) => [join(folder, file), text])),
    changed: new Map(additions.map(({ file, text }) => [join(folder, file), text])),
  })
}

/** The folder's name with characters replaced that a pipeline's name may not have. */
export function nameFor(folder: string): string {
  const name = resolve(folder)
    .replace(/^.*[\\/]/, '')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return isToken(name) ? name : TEMPLATE_NAME
}

async function template(starter: string): Promise<[string, string][]> {
  const folder = join(TEMPLATES, starter)
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(
    // npm leaves files of the name .gitignore out of packages.
    paths.map(async (path) => [
      relative(folder, path).replace('gitignore', '.gitignore'),
      await readFile(path, 'utf8'),
    ]),
  )
}
