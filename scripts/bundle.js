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
  'runtime/call/presence/heartbeat-worker',
  // Imported by scripts and tests, which run outside the compiler.
  'runtime/pipeline/schema/json-schema',
  'runtime/binaries/index',
  'runtime/callback/index',
  'runtime/nats/index',
]

export async function bundle() {
  await build({
    cwd: root,
    input: Object.fromEntries(ENTRIES.map((name) => [name, `./src/${name}.ts`])),
    // Packages are not bundled, except for the compiler's own helpers, and for msgpackr: its table of extensions is one for all
    // that load it, so the program's own would take the place of ours. A drive letter does not begin a package's name.
    external: /^(?!@oxc-project\/|msgpackr$)[@a-z](?!:)/,
    platform: 'node',
    transform: { target: 'node20.19' },
    output: {
      dir: 'dist',
      format: 'esm',
      chunkFileNames: 'chunks/[name].js',
      codeSplitting: { groups: [{ name: 'msgpackr', test: /node_modules[\\/]msgpackr[\\/]/ }] },
      // A copy keeps its licence.
      banner: ({ name }) => (name === 'msgpackr' ? `/*!\n${licence('msgpackr')}*/` : ''),
    },
    logLevel: 'warn',
  })
}

/** @param {string} name */
function licence(name) {
  return readFileSync(`${root}node_modules/${name}/LICENSE`, 'utf8')
}
