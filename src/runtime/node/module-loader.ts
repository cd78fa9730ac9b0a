import { join } from 'node:path'
import { stateFolder } from '../core/project.js'

export type LoadModule = (file: string) => Promise<Record<string, unknown>>

/** Loads the user's modules. The loader itself, a heavy thing, comes up with the first module. */
export function moduleLoader(project: string): LoadModule {
  let loader: Promise<LoadModule> | undefined
  return async (file) => {
    loader ??= openLoader(project)
    return (await loader)(file)
  }
}

async function openLoader(project: string): Promise<LoadModule> {
  const [{ createLoader }, daffi] = await Promise.all([
    import('../callback/index.js'),
    import('../library.js'),
  ])
  return createLoader({ cacheFolder: join(await stateFolder(project), 'cache'), daffi: { ...daffi } })
}
