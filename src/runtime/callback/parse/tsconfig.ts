import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { faultOf, faultOnTheWay } from '../../core/ownership/ours.js'

/** The part of a tsconfig.json, and of those that it extends, that says how modules are loaded. */
export interface TypeScriptConfig {
  file: string
  /** Whether `paths` or `baseUrl` say where modules lie. */
  hasPaths: boolean
  /** Whether decorators are TypeScript's own, not those of the standard. */
  hasLegacyDecorators: boolean
}

const require = createRequire(import.meta.url)

/**
 * Reads the tsconfig.json in the nearest folder at or above a module's. The search ends where a folder or file is not ours,
 * since `paths` says what is run. One that cannot be read counts as none, as one does that extends a package which is
 * installed for development only.
 */
export function tsconfigOf(module: string): TypeScriptConfig | undefined {
  const file = nearestFile(dirname(module))
  if (file === undefined) return undefined
  try {
    // Loading the parser takes a few milliseconds of the start of each node, and most of these files say nothing of this.
    if (!/paths|baseUrl|extends|experimentalDecorators/.test(readFileSync(file, 'utf8')))
      return { file, hasPaths: false, hasLegacyDecorators: false }
    const { parseTsconfig } = require('get-tsconfig') as typeof import('get-tsconfig')
    const { compilerOptions: { paths, baseUrl, experimentalDecorators } = {} } = parseTsconfig(file)
    return {
      file,
      hasPaths: paths !== undefined || baseUrl !== undefined,
      hasLegacyDecorators: experimentalDecorators === true,
    }
  } catch {
    return undefined
  }
}

function nearestFile(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const file = join(folder, 'tsconfig.json')
    if (folder !== start && faultOf(realpathSync(folder))) return undefined
    if (existsSync(file)) return faultOnTheWay(file, folder) ? undefined : file
    if (folder === dirname(folder)) return undefined
  }
}
