import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
/** What dist was made of; the last thing that a build writes. */
export const RECORD = `${root}dist/.made-of`
const SETTINGS = [
  'scripts/build.js',
  'scripts/bundle.js',
  'tsconfig.json',
  'tsconfig.build.json',
  'src/runtime/view/page/tsconfig.json',
]

/** Whether dist is what a build would make now: of the same files, none of them changed since. */
export function isFresh() {
  return existsSync(RECORD) && readFileSync(RECORD, 'utf8') === ingredients()
}

/** All that a build reads, and when each was changed last. */
export function ingredients() {
  const names = [...SETTINGS, ...files('src').map((name) => `src/${name}`)]
  return names.map((name) => `${name} ${statSync(root + name).mtimeMs}\n`).join('')
}

/** @param {string} folder */
export function files(folder) {
  const names = readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => statSync(`${root}${folder}/${name}`).isFile()).sort()
}
