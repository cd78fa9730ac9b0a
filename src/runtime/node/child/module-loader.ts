import { createLoader, type Loader } from '../../callback/index.js'
import { moduleCacheFolder } from '../../core/project/project.js'
import * as daffi from '../../library.js'

/** Returns a loader for the user's modules. Their `import … from 'daffi'` gives the running library, not a second copy. */
export function moduleLoader(project: string): Loader {
  let loader: Promise<Loader> | undefined
  const open = async (): Promise<Loader> =>
    createLoader({ cacheFolder: await moduleCacheFolder(project), daffi: { ...daffi } })
  return {
    load: async (file) => (await (loader ??= open())).load(file),
    renew: async (files, use) => (await (loader ??= open())).renew(files, use),
  }
}
