import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DaffiError, messageOf } from '../../runtime/core/errors.js'
import { inFolder } from '../../runtime/core/project/folder-error.js'
import { DEPENDENCIES, readManifest, type Manifest } from './installed-as.js'

/** Additions to a file that is there. */
export interface Addition {
  file: string
  /** Its whole text, with what is new. */
  text: string
  /** The new parts, in words. */
  added: string[]
}

/** The script that `npm init` writes for want of a test. */
const NO_TEST = /no test specified/

/**
 * Adds to the package.json of a folder the parts that it lacks of another. All that is there stays, its form included.
 * @throws DaffiError DAFFI_FILES_EXIST when it is no package.json
 */
export async function addToManifest(folder: string, wanted: Manifest): Promise<Addition> {
  const { text, manifest } = await readObject(folder)
  const added: string[] = []
  const section = (name: string): Manifest => ({ ...(manifest[name] as Manifest | undefined) })
  const scripts = section('scripts')
  for (const [name, line] of Object.entries(wanted.scripts as Record<string, string>)) {
    if (name in scripts && !NO_TEST.test(String(scripts[name]))) continue
    scripts[name] = line
    added.push(`script ${name}`)
  }
  const changed: Manifest = { ...manifest, ...(added.length > 0 && { scripts }) }
  const known = new Set(DEPENDENCIES.flatMap((kind) => Object.keys(section(kind))))
  for (const kind of ['dependencies', 'devDependencies']) {
    const missing = Object.entries(wanted[kind] as Manifest).filter(([name]) => !known.has(name))
    if (missing.length === 0) continue
    changed[kind] = { ...section(kind), ...Object.fromEntries(missing) }
    added.push(...missing.map(([name]) => name))
  }
  const [, indent = '  '] = /^\{\r?\n([ \t]+)"/.exec(text) ?? []
  const end = /\r?\n/.exec(text)?.[0] ?? '\n'
  return {
    file: 'package.json',
    text: (JSON.stringify(changed, null, indent) + '\n').replaceAll('\n', end),
    added,
  }
}

/** Adds to a file, such as .gitignore, the lines that it lacks of another. @throws DaffiError DAFFI_FOLDER_… */
export async function addLines(folder: string, file: string, wanted: string): Promise<Addition> {
  const path = join(folder, file)
  const text = await inFolder(path, () => readFile(path, 'utf8'))
  const lines = new Set(text.split(/\r?\n/).map((line) => line.trim().replace(/^\/|\/$/g, '')))
  const added = wanted.split('\n').filter((line) => line !== '' && !lines.has(line))
  const gap = text === '' || text.endsWith('\n') ? '' : '\n'
  return { file, text: `${text}${gap}${added.map((line) => `${line}\n`).join('')}`, added }
}

async function readObject(folder: string): Promise<{ text: string; manifest: Manifest }> {
  const refuse = (why: string): DaffiError =>
    new DaffiError('DAFFI_FILES_EXIST', `${join(folder, 'package.json')} is there, and ${why}`, {
      next: 'Correct it, or give daffi init another folder.',
    })
  const read = await readManifest(folder).catch((error: unknown) => {
    throw refuse(`cannot be read: ${messageOf(error)}`)
  })
  const { text = '', manifest } = read ?? {}
  if (!isObject(manifest)) throw refuse('holds no object')
  const broken = ['scripts', ...DEPENDENCIES].find((name) => name in manifest && !isObject(manifest[name]))
  if (broken !== undefined) throw refuse(`its ${broken} are no object`)
  return { text, manifest }
}

function isObject(value: unknown): value is Manifest {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
