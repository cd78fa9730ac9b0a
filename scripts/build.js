// Compiles src to dist from scratch, so that no file of an earlier build lingers (oclif takes every file for a command).
// Does nothing when dist is as new as it can be: npx runs this again before a command's first run in a clone.
import { spawnSync } from 'node:child_process'
import { copyFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { assets, isFresh, root } from './fresh.js'

/** The page of the viewer is a program for the browser, and compiled as one. */
const PROJECTS = ['tsconfig.build.json', 'src/runtime/view/page/tsconfig.json']

if (!isFresh()) {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  rmSync(`${root}dist`, { recursive: true, force: true })
  for (const project of PROJECTS) {
    const { status } = spawnSync(process.execPath, [tsc, '-p', project], {
      cwd: root,
      stdio: ['ignore', process.stderr.fd, 'inherit'],
    })
    if (status !== 0) process.exit(status ?? 1)
  }
  for (const name of assets('src')) copyFileSync(`${root}src/${name}`, `${root}dist/${name}`)
}
