import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, extname } from 'node:path'
import type { Jiti, JitiOptions } from 'jiti'
import { folderError } from '../../core/project/folder-error.js'
import { readThrown } from '../../core/thrown/read-thrown.js'
import { moduleFailed } from '../parse/module-error.js'
import { tsconfigOf } from '../parse/tsconfig.js'
import { compiler } from './compiler.js'

/**
 * Gives the exports of a TypeScript or JavaScript module, which is run at the first call only.
 * @throws DaffiError DAFFI_MODULE_FAILED; DAFFI_FOLDER_… when the compiled module cannot be kept
 */
export type LoadModule = (file: string) => Promise<Record<string, unknown>>

/** Loads modules of callbacks and sources, and loads them again after a change. */
export interface Loader {
  load: LoadModule
  /**
   * Calls `use`, which loads modules: these files again, and the others from the cache. When it fails, the old modules
   * are restored.
   * @param files changed modules and those that import them, each after those that it imports
   */
  renew: <T>(files: string[], use: () => Promise<T>) => Promise<T>
}

export interface LoaderOptions {
  /** Folder for compiled modules; when it contains all modules, no compiler is loaded. */
  cacheFolder: string
  /** Exports of the module `daffi` for the loaded modules: the running library, so that they do not load a second copy. */
  daffi: Record<string, unknown>
}

const require = createRequire(import.meta.url)

/** Extensions of modules that jiti would leave to Node, which never loads a module twice. */
const NATIVE: readonly string[] = ['.js', '.mjs']

export function createLoader({ cacheFolder, daffi }: LoaderOptions): Loader {
  // By require(), since import() of a CommonJS module scans its text for exports, and this one is large; and with the first
  // module, since most processes that import this room load none.
  const open = (options: JitiOptions): Jiti =>
    (require('jiti') as typeof import('jiti')).createJiti(import.meta.url, options)
  const transform = compiler(() => open({ fsCache: false }))
  const opened = new Map<string, Jiti>()
  /** All of them share one cache of modules. */
  const jitiFor = (file: string): Jiti => {
    const folder = dirname(file)
    const known = opened.get(folder)
    if (known) return known
    const tsconfig = tsconfigOf(file)
    const tsconfigPaths = tsconfig?.hasPaths === true && tsconfig.file
    const jiti = open({ fsCache: cacheFolder, virtualModules: { daffi }, transform, tsconfigPaths })
    opened.set(folder, jiti)
    return jiti
  }
  const failed = (file: string, error: unknown): unknown => {
    const refused = isOfCompiler(error) ? folderError(error, cacheFolder) : error
    return refused === error ? moduleFailed(file, error) : refused
  }
  const load: LoadModule = async (file) => {
    try {
      return await jitiFor(file).import<Record<string, unknown>>(file)
    } catch (error) {
      throw failed(file, error)
    }
  }
  const transpile = async (file: string): Promise<void> => {
    if (file in require.cache) return
    try {
      const text = await readFile(file, 'utf8')
      await jitiFor(file).evalModule(text, { id: file, filename: file, async: true, forceTranspile: true })
    } catch (error) {
      throw failed(file, error)
    }
  }
  const renew: Loader['renew'] = async (files, use) => {
    // A tsconfig.json may have changed as well.
    opened.clear()
    const before = files.map((file) => [file, require.cache[file]] as const)
    for (const file of files) Reflect.deleteProperty(require.cache, file)
    try {
      for (const file of files.filter((each) => NATIVE.includes(extname(each)))) await transpile(file)
      return await use()
    } catch (error) {
      for (const [file, module] of before) {
        if (module) require.cache[file] = module
        else Reflect.deleteProperty(require.cache, file)
      }
      throw error
    }
  }
  return { load, renew }
}

/** Whether an error comes from the compiler, which keeps its output in the cache, and not from the module. */
function isOfCompiler(error: unknown): boolean {
  const frames = (readThrown(error).stack ?? '').split('\n').slice(1)
  const thrower = frames.find((frame) => !frame.includes('node:'))
  return thrower !== undefined && /[\\/]node_modules[\\/]jiti[\\/]/.test(thrower)
}
