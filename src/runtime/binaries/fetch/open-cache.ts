import { dirname, join, relative, sep } from 'node:path'
import { inFolder } from '../../core/project/folder-error.js'
import { privateFolder } from '../../core/ownership/ours.js'
import { CACHE_ELSEWHERE, cacheFolder } from '../../core/project/cache-folder.js'
import { cachedPath } from '../find/cache.js'
import type { Build } from '../find/catalog.js'

/**
 * Creates the cache and the folders of a build in it, for this user only.
 * @throws DaffiError DAFFI_NOT_OURS, DAFFI_FOLDER_…
 */
export async function openCache(build: Build): Promise<void> {
  const cache = cacheFolder()
  await inFolder(
    cache,
    async () => {
      await privateFolder(cache)
      let folder = cache
      for (const name of relative(cache, dirname(cachedPath(build))).split(sep)) {
        folder = join(folder, name)
        await privateFolder(folder)
      }
    },
    CACHE_ELSEWHERE,
  )
}
