import { mkdirSync } from 'node:fs'
import module from 'node:module'
import { join } from 'node:path'
import { isOurPrivateFolder } from '../ownership/owner.js'
import { cacheFolder } from './cache-folder.js'

/** Variable with the folder in which Node 22 and later keep compiled code of a process. */
const VARIABLE = 'NODE_COMPILE_CACHE'

const compiledFolder = (): string => join(cacheFolder(), 'compiled')

/** A part of `node:module` that Node 20 does not have. */
interface Compiling {
  enableCompileCache?: (folder: string) => unknown
}

/**
 * Gives the folder for compiled code, which is created. Undefined in Node 20, when the user has named a folder, and when another user
 * might write to ours: compiled code is run as it is.
 */
function openFolder(): string | undefined {
  const { enableCompileCache } = module as Compiling
  if (!enableCompileCache || process.env[VARIABLE] !== undefined) return undefined
  const folder = compiledFolder()
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch {
    return undefined
  }
  return isOurPrivateFolder(cacheFolder()) && isOurPrivateFolder(folder) ? folder : undefined
}

/** Has Node keep what it compiles of modules that are loaded from now on: compiling is a third of the start of a command. */
export function keepCompiled(): void {
  const folder = openFolder()
  if (folder !== undefined) (module as Compiling).enableCompileCache?.(folder)
}

/** Variables for a process of daffi's own whose code Node is to keep from the start, none where it cannot. It takes them out again. */
export function keepCompiledEnv(): NodeJS.ProcessEnv {
  const folder = openFolder()
  return folder === undefined ? {} : { [VARIABLE]: folder }
}

/** Takes the variables of `keepCompiledEnv` out of the environment, which user code and what it starts would see. */
export function hideKeepCompiledEnv(): void {
  if (process.env[VARIABLE] === compiledFolder()) Reflect.deleteProperty(process.env, VARIABLE)
}
