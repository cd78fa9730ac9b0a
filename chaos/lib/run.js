import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { withFolder } from './folder.js'
import { leftoversOf } from './leftovers.js'
import { Server } from './server.js'

/** Name of each run's pipeline: runs have a server each. */
export const NAME = 'chaos'
/** Kind of what concerns no stream alone: processes that do not end, and what is left behind. */
export const RUN = 'the run'

/**
 * Runs `use` with a folder and a server of its own; `leftovers` says what is left behind.
 * @param store folder of what the server keeps on disk; one in the run's own by default
 */
export async function withServer({ kinds, store }, use) {
  return await withFolder(async (folder) => {
    const kept = store ?? join(folder, 'store')
    mkdirSync(kept, { recursive: true })
    const server = await Server.start(folder, kept)
    const leftovers = async (options) => {
      const run = { folder, url: server.url, pipeline: NAME, kinds, serverPid: server.pid, ...options }
      return (await leftoversOf(run)).map((what) => `left behind: ${what}`)
    }
    try {
      return await use({ folder, server, leftovers })
    } finally {
      await server.kill()
    }
  })
}
