// Makes dist of src from scratch, so that no file of an earlier build lingers (oclif takes every file for a command).
// Does nothing when dist is as new as it can be: npx runs this again before a command's first run in a clone.
import { spawnSync } from 'node:child_process'
import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { extname } from 'node:path'
import { files, ingredients, isFresh, RECORD, root } from './fresh.js'

/** The first makes the types only. The page of the viewer is a program for the browser, and compiled as one. */
const PROJECTS = ['tsconfig.build.json', 'src/runtime/view/page/tsconfig.json']
/** What is copied as it is. */
const ASSETS = ['.html', '.css', '.svg', '.bash', '.zsh', '.fish']

if (!isFresh()) {
  // Taken before: what is changed while it builds is no part of this build.
  const madeOf = ingredients()
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  rmSync(`${root}dist`, { recursive: true, force: true })
  for (const project of PROJECTS) {
    const { status } = spawnSync(process.execPath, [tsc, '-p', project], {
      cwd: root,
      stdio: ['ignore', process.stderr.fd, 'inherit'],
    })
    if (status !== 0) process.exit(status ?? 1)
  }
  const { bundle } = await import('./bundle.js')
  await bundle()
  for (const name of files('src').filter((name) => ASSETS.includes(extname(name)))) {
    copyFileSync(`${root}src/${name}`, `${root}dist/${name}`)
  }
  writeFileSync(RECORD, madeOf)
}
