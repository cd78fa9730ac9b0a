import { existsSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
const SETTINGS = ['tsconfig.json', 'tsconfig.build.json', 'src/runtime/view/page/tsconfig.json']
const ASSETS = ['.html', '.css', '.svg', '.bash', '.zsh', '.fish']

/** Whether dist is what a build would make now: a newer file for each source, and none whose source is gone. */
export function isFresh() {
  const sources = [...files('src', ['.ts']).map(compiled), ...assets('src')]
  const built = [...files('dist', ['.js']), ...assets('dist')]
  if (sources.length !== built.length) return false
  const settings = Math.max(...SETTINGS.map((name) => changed(name)))
  return sources.every((name) => {
    const made = `dist/${name}`
    return existsSync(root + made) && changed(made) > Math.max(changed(sourceOf(name)), settings)
  })
}

/** What is copied as it is. @param {string} folder */
export function assets(folder) {
  return files(folder, ASSETS)
}

/** @param {string} folder @param {string[]} extensions @returns {string[]} */
function files(folder, extensions) {
  if (!existsSync(root + folder)) return []
  const names = readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => !name.endsWith('.d.ts') && extensions.some((each) => name.endsWith(each)))
}

/** @param {string} name */
const compiled = (name) => name.replace(/\.ts$/, '.js')

/** @param {string} name of what was made */
const sourceOf = (name) => `src/${name.replace(/\.js$/, '.ts')}`

/** @param {string} name */
function changed(name) {
  return statSync(root + name).mtimeMs
}
