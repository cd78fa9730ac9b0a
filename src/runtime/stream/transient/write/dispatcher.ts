import type { Chunk } from '../../common/write/batch.js'
import type { Receivers } from './receiver-table.js'
import type { Routes } from './lane-set.js'

/** One that the callback has, and one that is ready when it is done. */
const IN_HAND = 2

interface SharingOptions {
  receivers: Receivers
  routes: Routes
  /** Never waits: when everybody is busy, the one with the fewest items gets one more, and drops what it cannot hold. */
  live: boolean
  signal: AbortSignal
}

/** Divides the items of a shared stream among its receivers, by who is free. */
export class Sharing {
  readonly #options: SharingOptions

  constructor(options: SharingOptions) {
    this.#options = options
  }

  /** Sends a chunk of one item to one receiver. Resolves when the next may come. */
  async send(chunk: Chunk): Promise<void> {
    const { receivers, routes, live, signal } = this.#options
    const most = live ? Infinity : IN_HAND
    let share = receivers.assign(chunk.first, most)
    while (!share && !live && !signal.aborted) {
      await receivers.changed.wait()
      share = receivers.assign(chunk.first, most)
    }
    if (share) await routes.send({ ...chunk, first: share.first, share })
    else if (!live) receivers.forfeit()
  }
}
