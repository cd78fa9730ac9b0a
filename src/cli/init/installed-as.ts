import { readFile } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { packageFile } from '../../runtime/core/process/package-file.js'

export type Manifest = Record<string, unknown>

/** Kinds of dependencies in a package.json. */
export const DEPENDENCIES = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
] as const

/**
 * How a project in `folder` names this daffi as a dependency: as the project does that it was installed in, else by the folder
 * that it lies in.
 */
export async function installedAs(folder: string, cwd = process.cwd()): Promise<string> {
  const own = packageFile('.')
  const [project = own] = own.split(/[\\/]node_modules(?:[\\/]|$)/)
  const from = (path: string): string => {
    const shown = relative(folder, path).replaceAll('\\', '/')
    return shown.startsWith('.') ? shown : `./${shown}`
  }
  for (const around of new Set([cwd, project])) {
    const spec = await nameIn(around)
    if (spec === undefined) continue
    const [, protocol, path] = /^(file:|link:|(?=\.{0,2}\/))(.*)$/.exec(spec) ?? []
    if (protocol === undefined || path === undefined || isAbsolute(path)) return spec
    return `${protocol || 'file:'}${from(resolve(around, path))}`
  }
  return `file:${from(own)}`
}

/** Reads a folder's package.json; undefined when there is none. @throws SyntaxError when it is not JSON */
export async function readManifest(folder: string): Promise<{ text: string; manifest: unknown } | undefined> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })
  return text === undefined
    ? undefined
    : { text, manifest: JSON.parse(text.replace(/^\uFEFF/, '')) as unknown }
}

async function nameIn(folder: string): Promise<string | undefined> {
  const manifest = await readManifest(folder).then(
    (read) => read?.manifest as Manifest | null | undefined,
    () => undefined,
  )
  for (const kind of DEPENDENCIES) {
    const { daffi } = (manifest?.[kind] ?? {}) as Manifest
    if (typeof daffi === 'string') return daffi
  }
  return undefined
}
