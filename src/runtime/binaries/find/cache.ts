import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Build } from './catalog.js'

/**
 * Where fetched binaries are kept: `daffi` in $XDG_CACHE_HOME when that is set (an absolute path, as the XDG Base
 * Directory Specification wants it), else in ~/.cache, on macOS ~/Library/Caches, on Windows %LOCALAPPDATA%.
 */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env
  if (XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, 'daffi')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'daffi')
  if (process.platform === 'win32') {
    return join(LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'daffi', 'Cache')
  }
  return join(homedir(), '.cache', 'daffi')
}

/** Package and version are part of the path, so that another version never stands in for the pinned one. */
export function cachedPath(build: Build): string {
  return join(cacheFolder(), build.package, build.version, build.file)
}
