import type { Jiti } from 'jiti'
import { moduleFailed } from './module-error.js'

/**
 * Runs a TypeScript or JavaScript module, once however often it is asked for, and gives its exports.
 * @throws DaffiError DAFFI_MODULE_FAILED
 */
export type LoadModule = (file: string) => Promise<Record<string, unknown>>

export interface LoaderOptions {
  /** Where compiled modules are kept between runs; with it warm, no compiler is loaded. */
  cacheFolder: string
  /** What modules get as `daffi`: the running library rather than a second copy of it. */
  daffi: Record<string, unknown>
}

export function createLoader({ cacheFolder, daffi }: LoaderOptions): LoadModule {
  let opened: Promise<Jiti> | undefined
  // Loaded with the first module: most processes that import this room run none.
  const open = async (): Promise<Jiti> => {
    const { createJiti } = await import('jiti')
    return createJiti(import.meta.url, { fsCache: cacheFolder, virtualModules: { daffi } })
  }
  return async (file) => {
    try {
      const jiti = await (opened ??= open())
      return await jiti.import<Record<string, unknown>>(file)
    } catch (error) {
      throw moduleFailed(file, error)
    }
  }
}
