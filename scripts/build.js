// Compiles src to dist from scratch, so that no file of an earlier build lingers (oclif takes every file for a command).
// Does nothing when dist is as new as it can be: npx runs this again before a command's first run in a clone.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isFresh } from './fresh.js'

if (!isFresh()) {
  const root = new URL('..', import.meta.url)
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  rmSync(new URL('dist', root), { recursive: true, force: true })
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: ['ignore', process.stderr.fd, 'inherit'],
  })
  if (status !== 0) process.exit(status ?? 1)
}
