// Checks the package as it would be published: publint looks at its fields and files, attw at whether TypeScript resolves
// every entry to types that fit the code. Both read the tarball and ask no network.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './fresh.js'

const folder = mkdtempSync(join(tmpdir(), 'daffi-package-'))
try {
  run('npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder)
  const [tarball = ''] = readdirSync(folder)
  run('npx', '--no-install', 'publint', 'run', join(folder, tarball), '--strict')
  // JSON files have no types, and the package is for Node's ES modules and for bundlers only.
  const entries = ['.', 'testing']
  run(
    'npx',
    '--no-install',
    'attw',
    join(folder, tarball),
    '--profile',
    'esm-only',
    '--entrypoints',
    ...entries,
  )
} finally {
  rmSync(folder, { recursive: true })
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (error) throw error
  if (status !== 0) process.exitCode = 1
}
