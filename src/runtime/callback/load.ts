import { createJiti } from 'jiti'
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
  const jiti = createJiti(import.meta.url, { fsCache: cacheFolder, virtualModules: { daffi } })
  return async (file) => {
    try {
      return await jiti.import<Record<string, unknown>>(file)
    } catch (error) {
      throw moduleFailed(file, error)
    }
  }
}
