import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'

const { resolve } = createRequire(import.meta.url)

/** Absolute path of a file in daffi's package. Not relative to the module, since sources and built chunks lie in different folders. */
export const packageFile = (path: string): string => resolve(`#package/${path}`)

/** Folders in which npm installs packages for daffi: its own node_modules, and the one that it lies in itself. */
export function ownModuleFolders(): string[] {
  const root = dirname(packageFile('package.json'))
  const around = dirname(root)
  return [join(root, 'node_modules'), ...(basename(around) === 'node_modules' ? [around] : [])]
}
