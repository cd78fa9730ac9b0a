// Bundles all programs of dist at once: each process reads a few files instead of hundreds, and code that several of them
// use is in shared chunks, so no process has a second copy of the library.
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
    // Packages are not bundled, except for the compiler's own helpers. A drive letter does not begin a package's name.
    external: /^(?!@oxc-project\/)[@a-z](?!:)/,
    platform: 'node',
    transform: { target: 'node20.19' },
    output: { dir: 'dist', format: 'esm', chunkFileNames: 'chunks/[name].js' },
    logLevel: 'warn',
  })
}
