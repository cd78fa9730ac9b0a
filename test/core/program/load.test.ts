import { execFile } from 'node:child_process'
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { ROOT } from '../../support/paths.js'
import { temporaryFolder } from '../../support/temporary.js'

const LOADER = 'runtime/core/program/load.js'

const script = (body: string): string =>
  `(function (exports, require, module, __filename, __dirname, importModule) { "use strict"; ${body}\n})`

const FILES = {
  'program.cjs': script(`
    exports.shared = () => require('./chunks/shared.cjs')
    exports.broken = () => require('./chunks/broken.cjs')
    exports.imported = () => importModule('node:path')`),
  'chunks/shared.cjs': script(`
    exports.load = ++globalThis.loads
    exports.program = require('../program.cjs')
    exports.builtin = require('node:path')
    exports.place = [__filename, __dirname]`),
  'chunks/broken.cjs': script(`exports.half = true; throw new Error('failed ' + ++globalThis.failures)`),
  'main.mjs': `
import path from 'node:path'
import { load } from './${LOADER}'
Object.assign(globalThis, { loads: 0, failures: 0 })
const program = load('program')
const attempt = () => {
  try {
    return program.broken()
  } catch (error) {
    return error.message
  }
}
const { load: count, program: itself, builtin, place } = program.shared()
console.log(JSON.stringify({
  count,
  isOne: program.shared() === program.shared() && itself === program && load('program') === program,
  isBuiltin: builtin === path && (await program.imported()).default === path,
  place,
  attempts: [attempt(), attempt()],
}))`,
}

/** Runs the program above with the built loader. @returns what it says */
async function run(root: string, cache: string): Promise<unknown> {
  const env = { ...process.env, XDG_CACHE_HOME: cache }
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'main.mjs')], { env })
  return JSON.parse(stdout)
}

test('a program and its chunks are loaded once, and what has failed is loaded anew; also when it is kept compiled', async () => {
  const [root, cache] = await Promise.all([temporaryFolder(), temporaryFolder()])
  const files = { ...FILES, 'package.json': '{ "type": "module" }' }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), text)
  }
  await mkdir(dirname(join(root, LOADER)), { recursive: true })
  await copyFile(join(ROOT, 'dist', LOADER), join(root, LOADER))
  const expected = {
    count: 1,
    isOne: true,
    isBuiltin: true,
    place: [join(root, 'chunks/shared.cjs'), join(root, 'chunks')],
    attempts: ['failed 1', 'failed 2'],
  }
  expect(await run(root, cache)).toEqual(expected)
  const kept = await readdir(join(cache, 'daffi', 'compiled'), { recursive: true })
  expect(kept.filter((name) => name.endsWith('.cjs')).map((name) => name.split('/').at(-1))).toEqual(
    expect.arrayContaining(['program.cjs', 'chunks-shared.cjs']),
  )
  expect(await run(root, cache)).toEqual(expected)
})
