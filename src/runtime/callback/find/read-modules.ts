import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { MODULE_EXTENSIONS, readModule, type ReadModule } from '../parse/module-file.js'

/** Reads the modules and those that they re-export by `export *`, which leaves out a default export. Packages are not read. */
export async function readModules(files: string[]): Promise<ReadModule[]> {
  const modules = await Promise.all(files.map(readModule))
  const known = new Set(files)
  for (const module of modules) {
    if ('fault' in module) continue
    for (const specifier of module.stars) {
      const file = await fileOf(specifier, module.file)
      if (file === undefined || known.has(file)) continue
      known.add(file)
      const found = await readModule(file)
      if (!('fault' in found)) found.exports.delete('default')
      modules.push(found)
    }
  }
  return modules
}

/** Finds a relative specifier's file as the loader does: `./x.js` can mean x.ts, and the extension can be missing. */
async function fileOf(specifier: string, importer: string): Promise<string | undefined> {
  if (!specifier.startsWith('.')) return undefined
  const path = resolve(dirname(importer), specifier)
  const typescript = path.replace(/\.(m?)js$/, '.$1ts')
  for (const candidate of [path, typescript, ...MODULE_EXTENSIONS.map((extension) => path + extension)]) {
    const found = await stat(candidate).catch(() => undefined)
    if (found?.isFile()) return candidate
  }
  return undefined
}
