import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { withFolder } from './folder.js'
import { leftoversOf } from './leftovers.js'
import { Server } from './server.js'

/** Name of each run's pipeline: runs have a server each. */
export const NAME = 'chaos'
/** Kind of what concerns no stream alone: processes that do not end, and what is left behind. */
export const RUN = 'the run'

/** Runs `use` with a folder and a server of its own; `leftovers` says what is left behind. */
export async function withServer({ kinds, store = (folder) => join(folder, 'store') }, use) {
  return await withFolder(async (folder) => {
    const kept = store(folder)
    mkdirSync(kept, { recursive: true })
    const server = await Server.start(folder, kept)
    const leftovers = async () => {
      const left = await leftoversOf({
        folder,
        url: server.url,
        pipeline: NAME,
        kinds,
        serverPid: server.pid,
      })
      return left.map((what) => `left behind: ${what}`)
    }
    try {
      return await use({ folder, server, leftovers })
    } finally {
      await server.kill()
    }
  })
}
