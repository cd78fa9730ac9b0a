import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { withFolder } from './folder.js'
import { leftoversOf } from './leftovers.js'
import { untilQuiet } from './quiet.js'
import { Server } from './server.js'
import { Up } from './up.js'

/** Name of each run's pipeline: runs have a server each. */
export const NAME = 'chaos'
/** Items of each stream. */
export const PER_SECOND = 20
/** Time that processes need to start. */
export const START_MS = 2500
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

/** Runs `use` with a pipeline under `daffi up`, of which everything flows. */
export async function withUp({ kinds }, use) {
  return await withServer({ kinds }, async ({ folder, server, leftovers }) => {
    await untilQuiet(0, START_MS)
    const up = new Up({ folder, url: server.url, pipeline: NAME, kinds, perSecond: PER_SECOND })
    try {
      await up.flows()
      return await use({ folder, up, leftovers })
    } finally {
      up.kill()
    }
  })
}
