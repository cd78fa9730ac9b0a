// Bundles all programs of dist at once: each process reads a few files instead of hundreds, and code that several of them
// use is in shared chunks, so no process has a second copy of the library.
import { readFileSync } from 'node:fs'
import { build } from 'rolldown'
import { files, root } from './fresh.js'

/** Modules that are started, imported or found by their path. */
const ENTRIES = [
  'cli/main',
  'cli/command/command-not-found',
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

/** A thread, which has no module in common with its process: in one file, with the packages that it uses, it starts in half the time. */
const THREAD = 'runtime/call/presence/heartbeat-worker'

const OPTIONS = { cwd: root, platform: 'node', transform: { target: 'node20.19' }, logLevel: 'warn' }

export async function bundle() {
  await build({
    ...OPTIONS,
    input: inputs(ENTRIES),
    // Packages are not bundled, except for the compiler's own helpers, and for msgpackr: its table of extensions is one for all
    // that load it, so the program's own would take the place of ours. A drive letter does not begin a package's name.
    external: /^(?!@oxc-project\/|msgpackr$)[@a-z](?!:)/,
    output: {
      dir: 'dist',
      format: 'esm',
      chunkFileNames: 'chunks/[name].js',
      codeSplitting: { groups: [{ name: 'msgpackr', test: /node_modules[\\/]msgpackr[\\/]/ }] },
      banner: licences,
    },
  })
  await build({
    ...OPTIONS,
    input: inputs([THREAD]),
    output: { dir: 'dist', format: 'esm', codeSplitting: false, banner: licences },
  })
}

/** @param {string[]} names */
function inputs(names) {
  return Object.fromEntries(names.map((name) => [name, `./src/${name}.ts`]))
}

/**
 * Licences of the packages that a chunk has copies of.
 * @param {{ moduleIds: string[] }} chunk
 */
function licences({ moduleIds }) {
  const packages = moduleIds.flatMap(
    (id) => /[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(id)?.[1] ?? [],
  )
  const texts = [...new Set(packages)].map((name) =>
    readFileSync(`${root}node_modules/${name}/LICENSE`, 'utf8'),
  )
  return [...new Set(texts)].map((text) => `/*!\n${text}*/`).join('\n')
}
