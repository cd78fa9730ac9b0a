// Builds dist from src, from scratch: a file left from an earlier build would become a command, as oclif takes all files
// for commands. Does nothing when dist is up to date, since npx builds again before a command's first run in a clone.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname } from 'node:path'
import { files, ingredients, isFresh, RECORD, root } from './fresh.js'

/** Extensions of files that are copied unchanged. */
const ASSETS = ['.html', '.css', '.svg', '.bash', '.zsh', '.fish']

if (!isFresh()) {
  // Recorded before the build: a file that changes during the build makes the next one necessary.
  const madeOf = ingredients()
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  rmSync(`${root}dist`, { recursive: true, force: true })
  // Types are checked by `npm run typecheck`.
  const args = [tsc, '-p', 'tsconfig.build.json', '--noCheck']
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', process.stderr.fd, 'inherit'],
  })
  if (status !== 0) process.exit(status ?? 1)
  const { bundle } = await import('./bundle.js')
  await bundle()
  for (const name of files('src').filter((name) => ASSETS.includes(extname(name)))) {
    mkdirSync(dirname(`${root}dist/${name}`), { recursive: true })
    copyFileSync(`${root}src/${name}`, `${root}dist/${name}`)
  }
  writeFileSync(RECORD, madeOf)
}
