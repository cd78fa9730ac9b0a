import { realpathSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Jiti } from 'jiti'
import { tsconfigOf } from '../parse/tsconfig.js'

/** Finds what imports name, as the loader does when it loads a module and what that imports. */
export class ImportResolver {
  /** The tsconfig.json whose paths hold for all these modules: the one nearest to the first. */
  readonly tsconfig: string | undefined
  readonly #jitis = new Map<string, Jiti>()

  constructor(root: string) {
    const tsconfig = tsconfigOf(root)
    this.tsconfig = tsconfig?.hasPaths ? tsconfig.file : undefined
  }

  /** Gives the real path of the file, if it is one; undefined for what does not exist. */
  async resolve(specifier: string, importer: string): Promise<{ file?: string } | undefined> {
    // The loader gives the running library for its own name.
    if (isBuiltin(specifier) || /^(?:data:|daffi(?:\/|$))/.test(specifier)) return {}
    const url = (await this.#jitiOf(importer)).esmResolve(specifier, {
      parentURL: pathToFileURL(importer),
      try: true,
    })
    if (url === undefined) return undefined
    return url.startsWith('file:') ? { file: realpathSync(fileURLToPath(url)) } : {}
  }

  /** Each importer has its own, since packages are looked for from there. */
  async #jitiOf(importer: string): Promise<Jiti> {
    const known = this.#jitis.get(importer)
    if (known) return known
    const { createJiti } = await import('jiti')
    const jiti = createJiti(importer, { fsCache: false, tsconfigPaths: this.tsconfig ?? false })
    this.#jitis.set(importer, jiti)
    return jiti
  }
}

/** Whether a file belongs to an installed package; those that are linked from a workspace lie elsewhere. */
export function isInstalled(file: string): boolean {
  return file.includes(`${sep}node_modules${sep}`)
}
