import { extname } from 'node:path'
import { MODULE_EXTENSIONS, readModule, type ReadModule } from '../parse/module-file.js'
import { ImportResolver, isInstalled } from './import-resolver.js'

/**
 * Reads the modules and those that they re-export by `export *`, which leaves out a default export. Installed packages are not
 * read.
 */
export async function readModules(files: string[]): Promise<ReadModule[]> {
  const modules = await Promise.all(files.map(readModule))
  const known = new Set(files)
  for (const module of modules) {
    if ('fault' in module) continue
    const resolver = module.stars.length > 0 && new ImportResolver(module.file)
    for (const specifier of module.stars) {
      const file = resolver && (await resolver.resolve(specifier, module.file))?.file
      if (!file || known.has(file) || isInstalled(file) || !MODULE_EXTENSIONS.includes(extname(file)))
        continue
      known.add(file)
      const found = await readModule(file)
      if (!('fault' in found)) found.exports.delete('default')
      modules.push(found)
    }
  }
  return modules
}
