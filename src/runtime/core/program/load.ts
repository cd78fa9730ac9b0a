import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CompiledCode } from './compiled-code.js'

/**
 * Loads the built programs, in place of Node: so that V8 need not compile them again at each start. Node 20 keeps no compiled code, and
 * V8 gives none of ES modules, so they are built as CommonJS modules.
 */

/** Tells this build from others. The build puts it here. */
declare const BUILD: string

type Exports = Record<string, unknown>

/** A module, as the build writes it: a function of what Node gives to CommonJS modules, and of `import()`. */
type Wrapper = (
  exports: Exports,
  require: (id: string) => unknown,
  module: { exports: Exports },
  __filename: string,
  __dirname: string,
  importModule: (id: string) => Promise<unknown>,
) => void

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const modules = new Map<string, { exports: Exports }>()
const code = new CompiledCode(ROOT, BUILD)
/** Program that was loaded last: each keeps what it has compiled of the chunks that it shares with others. */
let program = ''

process.once('exit', () => code.keep())

/**
 * Gives the exports of a program.
 * @param name its path in the folder of the build, without the extension
 */
export function load(name: string): Exports {
  program = name.replaceAll('/', '-')
  return exportsOf(join(ROOT, `${name}.cjs`))
}

function exportsOf(path: string): Exports {
  const known = modules.get(path)
  if (known) return known.exports
  const module = { exports: {} }
  modules.set(path, module)
  try {
    // Asked first: what changes while it is read must not count as old.
    const { mtimeMs: changed } = statSync(path)
    const source = readFileSync(path, 'latin1')
    const name = join(program, relative(ROOT, path).replaceAll(sep, '-'))
    const run = code.compile({ source, path, changed, name }).runInThisContext() as Wrapper
    run(module.exports, requireOf(path), module, path, dirname(path), (id) => import(id))
  } catch (error) {
    // Whoever requires it next gets the error as well, such as that of a file that an update of daffi has removed.
    modules.delete(path)
    throw error
  }
  return module.exports
}

/** `require` of a module: other files of the build are loaded here, and packages by Node. */
function requireOf(path: string): (id: string) => unknown {
  const require = createRequire(path)
  const own = (id: string): unknown => (id.startsWith('.') ? exportsOf(join(dirname(path), id)) : require(id))
  return Object.assign(own, { resolve: require.resolve })
}
