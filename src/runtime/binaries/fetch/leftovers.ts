import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isAlive } from '../../core/is-alive.js'
import { cacheFolder } from '../../core/project/cache-folder.js'

const PREFIX = '.fetch~'
const DAY_MS = 86_400_000

/**
 * Creates a folder for one fetch. It lies in the cache, so on the same file system, which makes a rename out of it atomic. Its
 * name holds host and process id, by which `removeLeftovers` knows it when the fetch was killed.
 */
export async function makeFetchFolder(): Promise<string> {
  return mkdtemp(join(cacheFolder(), `${PREFIX}${hostname()}~${process.pid}~`))
}

/** Removes the folders of fetches that were killed: those of dead processes of this host, and those of other hosts after a day. */
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
