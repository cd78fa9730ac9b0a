import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'

const ROOT = dirname(createRequire(import.meta.url).resolve('#package/package.json'))

/** Absolute path of a file in daffi's package. Not relative to the module, since sources and built chunks lie in different folders. */
export const packageFile = (path: string): string => join(ROOT, path)

/** Folders in which npm installs packages for daffi: its own node_modules, and the one that it lies in itself. */
export function ownModuleFolders(): string[] {
  const around = dirname(ROOT)
  return [join(ROOT, 'node_modules'), ...(basename(around) === 'node_modules' ? [around] : [])]
}
