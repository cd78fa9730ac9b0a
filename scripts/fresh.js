import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
/** Record of the files that dist was built from; a build writes it last. */
export const RECORD = `${root}dist/.made-of`
const SETTINGS = [
  'package-lock.json',
  'scripts/build.js',
  'scripts/bundle.js',
  'scripts/lazy-requires.js',
  'tsconfig.json',
  'tsconfig.build.json',
]

/** Whether dist is up to date: built from the same files, none of them changed since. */
export function isFresh() {
  return existsSync(RECORD) && readFileSync(RECORD, 'utf8') === ingredients()
}

/** Every file that a build reads, with the time of its last change. */
export function ingredients() {
  const names = [...SETTINGS, ...files('src').map((name) => `src/${name}`)]
  return names.map((name) => `${name} ${statSync(root + name).mtimeMs}\n`).join('')
}

/** @param {string} folder */
export function files(folder) {
  const names = readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => statSync(`${root}${folder}/${name}`).isFile()).sort()
}
