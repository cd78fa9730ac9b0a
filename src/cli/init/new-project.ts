import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { DaffiError } from '../../runtime/core/errors.js'
import { isToken } from '../../runtime/core/names.js'
import { packageFile } from '../../runtime/core/process/package-file.js'

/** Kinds of pipeline to start from; each is a folder of templates. */
export const STARTERS = ['camera', 'values'] as const
export type Starter = (typeof STARTERS)[number]

export interface NewProject {
  folder: string
  /** The pipeline's name. */
  name: string
  source: Starter
}

const PACKAGE = packageFile('.')
const TEMPLATES = join(PACKAGE, 'templates')
/** Name of the pipelines in the templates, which can be run as they are. */
const TEMPLATE_NAME = 'my-pipeline'

/**
 * Writes a project to start from: a pipeline with its callbacks, a test, tsconfig and package.json. Returns the files' paths.
 * @throws DaffiError DAFFI_FILES_EXIST before anything is written
 */
export async function writeProject({ folder, name, source }: NewProject): Promise<string[]> {
  const files = new Map([...(await template('common')), ...(await template(source))])
  const taken = [...files.keys()].filter((file) => existsSync(join(folder, file)))
  if (taken.length > 0) throw new DaffiError('DAFFI_FILES_EXIST', `${folder} has ${taken.join(', ')} already`)
  for (const [file, text] of files) {
    const path = join(folder, file)
    await mkdir(dirname(path), { recursive: true })
    const filled = file === 'package.json' ? await withDaffi(text, folder) : text
    await writeFile(path, filled.replaceAll(TEMPLATE_NAME, name), { flag: 'wx' })
  }
  return [...files.keys()].sort()
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

/** Adds this daffi as a dependency: by the path that it was installed from or lies at, or by its version. */
async function withDaffi(text: string, folder: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8')) as { version: string }
  const installed = /[\\/]node_modules[\\/]/.test(PACKAGE)
  const path = installed ? await installedFrom() : PACKAGE
  const daffi = path === undefined ? `^${version}` : `file:${relative(folder, path).replaceAll('\\', '/')}`
  const manifest = { ...(JSON.parse(text) as object), dependencies: { daffi } }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

/** The file that this package was installed from; undefined when it came from a registry, as far as npm has noted. */
async function installedFrom(): Promise<string | undefined> {
  const modules = dirname(PACKAGE)
  const text = await readFile(join(modules, '.package-lock.json'), 'utf8').catch(() => '{}')
  const { packages = {} } = JSON.parse(text) as { packages?: Record<string, { resolved?: string }> }
  const { resolved = '' } = packages['node_modules/daffi'] ?? {}
  return resolved.startsWith('file:') ? resolve(dirname(modules), resolved.slice('file:'.length)) : undefined
}
