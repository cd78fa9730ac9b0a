import { join } from 'node:path'
import { cacheFolder } from '../../core/project/cache-folder.js'
import type { Build } from './catalog.js'

/** Path of a build in the cache. It contains package and version, so that another version is never taken for the pinned one. */
export function cachedPath(build: Build): string {
  return join(cacheFolder(), build.package, build.version, build.file)
}
