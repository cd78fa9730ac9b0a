import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

const NO_HOME = '/'

/** Advice where nothing can be written into the cache. */
export const CACHE_ELSEWHERE = 'Set XDG_CACHE_HOME to a folder into which this user may write.'

/**
 * Folder for fetched programs and compiled code: `daffi` in $XDG_CACHE_HOME if that is set to an absolute path (the XDG Base Directory
 * Specification allows no other), else in ~/.cache, on macOS in ~/Library/Caches, on Windows in %LOCALAPPDATA%.
 */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env
  if (XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, 'daffi')
  if (process.platform === 'darwin') return join(homeFolder(), 'Library', 'Caches', 'daffi')
  if (process.platform === 'win32') {
    return join(LOCALAPPDATA ?? join(homeFolder(), 'AppData', 'Local'), 'daffi', 'Cache')
  }
  return join(homeFolder(), '.cache', 'daffi')
}

/** The user's home folder; the root where neither HOME nor an entry of the system's users names one, as containers have it. */
export function homeFolder(): string {
  try {
    return homedir() || NO_HOME
  } catch {
    return NO_HOME
  }
}
