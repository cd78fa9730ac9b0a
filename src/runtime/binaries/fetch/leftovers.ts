import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { cacheFolder } from '../find/cache.js'

const PREFIX = '.fetch~'
const DAY_MS = 86_400_000

/**
 * A folder of this process's own inside the cache, thus on the same file system, so that a rename out of it is atomic.
 * Its name says whose it is, for those who clean up after a fetch that was killed.
 */
export async function makeFetchFolder(): Promise<string> {
  const cache = cacheFolder()
  await mkdir(cache, { recursive: true, mode: 0o755 })
  return mkdtemp(join(cache, `${PREFIX}${hostname()}~${process.pid}~`))
}

/** Removes the folders of fetches that were killed: of this host's dead processes, and any that is a day old. */
export async function removeLeftovers(): Promise<void> {
  const cache = cacheFolder()
  for (const entry of await readdir(cache).catch(() => [])) {
    if (entry.startsWith(PREFIX) && (await isLeftover(join(cache, entry), entry))) {
      await rm(join(cache, entry), { recursive: true, force: true })
    }
  }
}

async function isLeftover(path: string, entry: string): Promise<boolean> {
  const [, host, pid] = entry.split('~')
  if (host === hostname()) return !isAlive(Number(pid))
  const made = await stat(path).catch(() => undefined)
  return made !== undefined && Date.now() - made.mtimeMs > DAY_MS
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
