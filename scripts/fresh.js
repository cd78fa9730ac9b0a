import { existsSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const SETTINGS = ['tsconfig.json', 'tsconfig.build.json']

/** Whether dist is what a build would make now: a newer file for each source, and none whose source is gone. */
export function isFresh() {
  const sources = files('src', '.ts')
  const built = files('dist', '.js')
  if (sources.length !== built.length) return false
  const settings = Math.max(...SETTINGS.map((name) => changed(name)))
  return sources.every((name) => {
    const made = `dist/${name}.js`
    return existsSync(root + made) && changed(made) > Math.max(changed(`src/${name}.ts`), settings)
  })
}

/** @param {string} folder @param {string} extension @returns {string[]} names without their extension */
function files(folder, extension) {
  if (!existsSync(root + folder)) return []
  const names = readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith(extension)).map((name) => name.slice(0, -extension.length))
}

/** @param {string} name */
function changed(name) {
  return statSync(root + name).mtimeMs
}
