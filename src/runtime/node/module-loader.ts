import { join } from 'node:path'
import { createLoader, type LoadModule } from '../callback/index.js'
import { stateFolder } from '../core/project.js'
import * as daffi from '../library.js'

/** Loads the user's modules, which get this running library as `daffi`. */
export function moduleLoader(project: string): LoadModule {
  let loader: Promise<LoadModule> | undefined
  const open = async (): Promise<LoadModule> =>
    createLoader({ cacheFolder: join(await stateFolder(project), 'cache'), daffi: { ...daffi } })
  return async (file) => (await (loader ??= open()))(file)
}
