import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/**
 * Folder for fetched programs and compiled code: `daffi` in $XDG_CACHE_HOME if that is set to an absolute path (the XDG Base Directory
 * Specification allows no other), else in ~/.cache, on macOS in ~/Library/Caches, on Windows in %LOCALAPPDATA%.
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
