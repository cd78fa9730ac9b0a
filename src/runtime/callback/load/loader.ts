import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { extname } from 'node:path'
import type { Jiti } from 'jiti'
import { folderError } from '../../core/project/folder-error.js'
import { moduleFailed } from '../parse/module-error.js'

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
  let opened: Jiti | undefined
  // Loaded with the first module, since most processes that import this room load none.
  const open = (): Jiti => {
    // By require(), since import() of a CommonJS module scans its text for exports, and this one is large.
    const { createJiti } = require('jiti') as typeof import('jiti')
    return createJiti(import.meta.url, { fsCache: cacheFolder, virtualModules: { daffi } })
  }
  const failed = (file: string, error: unknown): unknown => {
    const refused = isOfCompiler(error) ? folderError(error, cacheFolder) : error
    return refused === error ? moduleFailed(file, error) : refused
  }
  const load: LoadModule = async (file) => {
    try {
      const jiti = (opened ??= open())
      return await jiti.import<Record<string, unknown>>(file)
    } catch (error) {
      throw failed(file, error)
    }
  }
  const transpile = async (file: string): Promise<void> => {
    const jiti = (opened ??= open())
    if (file in jiti.cache) return
    try {
      const text = await readFile(file, 'utf8')
      await jiti.evalModule(text, { id: file, filename: file, async: true, forceTranspile: true })
    } catch (error) {
      throw failed(file, error)
    }
  }
  const renew: Loader['renew'] = async (files, use) => {
    const jiti = (opened ??= open())
    const before = files.map((file) => [file, jiti.cache[file]] as const)
    for (const file of files) Reflect.deleteProperty(jiti.cache, file)
    try {
      for (const file of files.filter((each) => NATIVE.includes(extname(each)))) await transpile(file)
      return await use()
    } catch (error) {
      for (const [file, module] of before) {
        if (module) jiti.cache[file] = module
        else Reflect.deleteProperty(jiti.cache, file)
      }
      throw error
    }
  }
  return { load, renew }
}

/** Whether an error comes from the compiler, which keeps its output in the cache, and not from the module. */
function isOfCompiler(error: unknown): boolean {
  const frames = error instanceof Error ? (error.stack ?? '').split('\n').slice(1) : []
  const thrower = frames.find((frame) => !frame.includes('node:'))
  return thrower !== undefined && /[\\/]node_modules[\\/]jiti[\\/]/.test(thrower)
}
