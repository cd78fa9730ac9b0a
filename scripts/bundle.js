// All programs of dist come of one bundling: each process reads a few files instead of hundreds, and what several of them
// need is in one place, so that nobody has a second copy of the library.
import { build } from 'rolldown'
import { files, root } from './fresh.js'

/** Modules that are started, imported or found by their path. */
const ENTRIES = [
  'cli/main',
  'cli/command-not-found',
  ...files('src/commands').map((name) => `commands/${name.replace(/\.ts$/, '')}`),
  'runtime/index',
  'runtime/library',
  'runtime/testing',
  'runtime/node/entry',
  'runtime/call/presence/heartbeat-worker',
  // For scripts and tests, which run outside the compiler.
  'runtime/pipeline/json-schema',
  'runtime/binaries/index',
  'runtime/callback/index',
  'runtime/nats/index',
]

export async function bundle() {
  await build({
    cwd: root,
    input: Object.fromEntries(ENTRIES.map((name) => [name, `./src/${name}.ts`])),
    // Packages stay packages, but for the compiler's own helpers. A drive letter is no package.
    external: /^(?!@oxc-project\/)[@a-z](?!:)/,
    platform: 'node',
    transform: { target: 'node20.19' },
    output: { dir: 'dist', format: 'esm', chunkFileNames: 'chunks/[name].js' },
    logLevel: 'warn',
  })
}
