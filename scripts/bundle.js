// Bundles all programs of dist at once: each process reads a few files instead of hundreds, and code that several of them
// use is in shared chunks, so no process has a second copy of the library.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'rolldown'
import { files, root } from './fresh.js'
import { lazyRequires } from './lazy-requires.js'

/** Loads the other programs, and keeps what V8 compiles of them. */
const LOADER = 'runtime/core/program/load'

/** Modules that are started, imported or found by their path. */
const ENTRIES = [
  'cli/main',
  'cli/command/command-not-found',
  'cli/command/help',
  ...files('src/commands').map((name) => `commands/${name.replace(/\.ts$/, '')}`),
  'runtime/index',
  'runtime/library',
  'runtime/testing',
  'runtime/node/child/entry',
  'runtime/node/background/entry',
  // Imported by scripts and tests, which run outside the compiler.
  'runtime/pipeline/schema/json-schema',
  'runtime/view/programs/metric-table',
  'runtime/binaries/index',
  'runtime/callback/index',
  'runtime/nats/index',
]

/** A thread, which has no module in common with its process: bundled for itself, with the packages that it uses, it starts in half the time. */
const THREAD = 'runtime/call/presence/heartbeat-worker'

/** The viewer's page, which a browser loads file by file. */
const PAGE = 'runtime/view/page/main'

/** Packages that are not bundled: native ones, those that read files of their own, and those that belong to the user's project. */
const LEFT_OUT = [
  '@babel/parser',
  '@fontsource-variable/inter',
  '@opentelemetry/api',
  'daffi',
  'ffmpeg-static',
  'jiti',
  'koffi',
  'msgpackr-extract',
  'sharp',
  'typescript',
]

/** Packages that only some processes load, each in a chunk with what only it needs. */
const CHUNKS = {
  oclif: '@oclif/core',
  'nats-core': '@nats-io/nats-core',
  jetstream: '@nats-io/jetstream',
  msgpackr: 'msgpackr',
  yaml: 'yaml',
  zod: 'zod',
}

/** Folder of the package that a file belongs to. */
const PACKAGE = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/

const OPTIONS = {
  cwd: root,
  platform: 'node',
  transform: { target: 'node20.19' },
  external: new RegExp(`^(${LEFT_OUT.join('|')})(/|$)`),
  logLevel: 'warn',
}
// Comments are left out, since every start would read them.
const OUTPUT = { dir: 'dist', comments: false }

/**
 * Makes scripts for the loader, which gives them what Node gives to CommonJS modules, and `import()`, which a script of which V8 has
 * compiled code cannot do. Of ASCII alone, as V8 keeps the text, and in two bytes a character as soon as one character needs them.
 * @type {import('rolldown').Plugin}
 */
const asScripts = {
  name: 'as-scripts',
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue
      const body = chunk.code.replace(/(?<![\w$.])import\((?!\))/g, 'importModule(')
      const ascii = body.replace(/[^\0-\x7f]/g, escaped)
      chunk.code = `(function (exports, require, module, __filename, __dirname, importModule) { "use strict"; ${ascii}\n})`
    }
  },
}

/** @param {string} character */
function escaped(character) {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

export async function bundle() {
  const programs = await build({
    ...OPTIONS,
    plugins: [lazyRequires, asScripts],
    input: inputs(ENTRIES),
    output: {
      ...OUTPUT,
      format: 'cjs',
      exports: 'named',
      entryFileNames: '[name].cjs',
      chunkFileNames: 'chunks/[name].cjs',
      codeSplitting: {
        groups: [...Object.entries(CHUNKS).map(packageChunk), { name: nodeChunk, debugName: 'node' }],
      },
    },
  })
  const chunks = programs.output.filter((each) => each.type === 'chunk')
  for (const chunk of chunks.filter(({ isEntry }) => isEntry)) writeFacade(chunk)
  await build({
    ...OPTIONS,
    transform: { ...OPTIONS.transform, define: { BUILD: JSON.stringify(digest(chunks)) } },
    input: inputs([LOADER]),
    output: OUTPUT,
  })
  const thread = await build({
    ...OPTIONS,
    input: inputs([THREAD]),
    output: { ...OUTPUT, chunkFileNames: 'chunks/thread-[name].js' },
  })
  await build({
    cwd: root,
    platform: 'browser',
    transform: { target: 'es2022' },
    input: inputs([PAGE]),
    output: { ...OUTPUT, preserveModules: true, preserveModulesRoot: 'src' },
    logLevel: 'warn',
  })
  writeFileSync(`${root}dist/licences.txt`, licences([...programs.output, ...thread.output]))
}

/** @param {string[]} names */
function inputs(names) {
  return Object.fromEntries(names.map((name) => [name, `./src/${name}.ts`]))
}

/**
 * Writes the ES module by which a program is started or imported.
 * @param {import('rolldown').OutputChunk} program
 */
function writeFacade({ fileName, exports }) {
  const name = fileName.slice(0, -'.cjs'.length)
  const names = exports.filter((each) => each !== 'default')
  const lines = [
    `import { load } from '${'../'.repeat(name.split('/').length - 1)}${LOADER}.js'`,
    `const program = load('${name}')`,
    ...(names.length > 0 ? [`export const { ${names.join(', ')} } = program`] : []),
    ...(exports.includes('default') ? ['export default program.default'] : []),
  ]
  writeFileSync(`${root}dist/${name}.js`, lines.join('\n') + '\n')
}

/**
 * Tells this build from others.
 * @param {import('rolldown').OutputChunk[]} chunks
 */
function digest(chunks) {
  const hash = createHash('sha256')
  for (const { fileName, code } of chunks) hash.update(`${fileName}\n${code}`)
  return hash.digest('hex')
}

/** @param {[string, string]} names */
function packageChunk([name, pack]) {
  const test = (/** @type {string} */ id) => PACKAGE.exec(id)?.[0].replaceAll('\\', '/').endsWith(`/${pack}`)
  return { name, test }
}

/**
 * One chunk for all that a node's program needs, as every command that does more than print loads it too: each file that is
 * read adds to the start. What the command line begins with stays outside.
 * @param {string} id
 * @param {import('rolldown').ChunkingContext} context
 */
function nodeChunk(id, context) {
  return reached('runtime/node/child/host', context).has(id) && !reached('cli/main', context).has(id)
    ? 'node'
    : undefined
}

/** @type {Map<string, Set<string>>} */
const closures = new Map()

/**
 * All modules that are loaded with this one.
 * @param {string} name
 * @param {import('rolldown').ChunkingContext} context
 */
function reached(name, context) {
  let closure = closures.get(name)
  if (!closure) {
    closure = new Set([join(root, `src/${name}.ts`)])
    // A set also visits what is added meanwhile.
    for (const id of closure) {
      for (const each of context.getModuleInfo(id)?.importedIds ?? []) closure.add(each)
    }
    closures.set(name, closure)
  }
  return closure
}

/**
 * Licences of the packages that dist has copies of, each text once.
 * @param {{ moduleIds?: string[] }[]} chunks
 */
function licences(chunks) {
  const modules = chunks.flatMap(({ moduleIds = [] }) => moduleIds)
  const folders = modules.flatMap((id) => PACKAGE.exec(id)?.[0] ?? [])
  /** @type {Map<string, string[]>} */
  const names = new Map()
  for (const folder of [...new Set(folders)].sort()) {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each))
    if (!file) throw new Error(`${name} has no file with its licence`)
    const text = readFileSync(join(folder, file), 'utf8').trim()
    names.set(text, [...(names.get(text) ?? []), `${name} ${version}`])
  }
  return [...names].map(([text, packages]) => `${packages.join(', ')}\n\n${text}\n`).join('\n\n')
}
