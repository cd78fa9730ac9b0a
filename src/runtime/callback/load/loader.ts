import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { extname } from 'node:path'
import type { Jiti } from 'jiti'
import { moduleFailed } from '../parse/module-error.js'

/**
 * Runs a TypeScript or JavaScript module, once however often it is asked for, and gives its exports.
 * @throws DaffiError DAFFI_MODULE_FAILED
 */
export type LoadModule = (file: string) => Promise<Record<string, unknown>>

export interface Loader {
  load: LoadModule
  /**
   * What `use` loads comes of these files as they are now, the imported before what imports them, and of the others as they
   * were. When it fails, all of them are again what they were.
   */
  renew: <T>(files: string[], use: () => Promise<T>) => Promise<T>
}

export interface LoaderOptions {
  /** Where compiled modules are kept between runs; with it warm, no compiler is loaded. */
  cacheFolder: string
  /** What modules get as `daffi`: the running library rather than a second copy of it. */
  daffi: Record<string, unknown>
}

const require = createRequire(import.meta.url)

/** Modules that Node could run as they are, and would then keep for good. */
const NATIVE: readonly string[] = ['.js', '.mjs']

export function createLoader({ cacheFolder, daffi }: LoaderOptions): Loader {
  let opened: Jiti | undefined
  // Loaded with the first module: most processes that import this room run none.
  const open = (): Jiti => {
    // Not imported: what is no ES module is read through for its exports, and this one is large.
    const { createJiti } = require('jiti') as typeof import('jiti')
    return createJiti(import.meta.url, { fsCache: cacheFolder, virtualModules: { daffi } })
  }
  const load: LoadModule = async (file) => {
    try {
      const jiti = (opened ??= open())
      return await jiti.import<Record<string, unknown>>(file)
    } catch (error) {
      throw moduleFailed(file, error)
    }
  }
  const renew: Loader['renew'] = async (files, use) => {
    const jiti = (opened ??= open())
    const before = files.map((file) => [file, jiti.cache[file]] as const)
    for (const file of files) Reflect.deleteProperty(jiti.cache, file)
    try {
      for (const file of files.filter((each) => NATIVE.includes(extname(each)))) await transpile(jiti, file)
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

async function transpile(jiti: Jiti, file: string): Promise<void> {
  if (file in jiti.cache) return
  try {
    const text = await readFile(file, 'utf8')
    await jiti.evalModule(text, { id: file, filename: file, async: true, forceTranspile: true })
  } catch (error) {
    throw moduleFailed(file, error)
  }
}
