import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Wakeup } from '../../core/deferred.js'
import { askStatus } from '../../status/index.js'
import type { Link } from '../../stream/index.js'
import type { Board } from './board.js'
import type { Snapshot } from './snapshot.js'

const EVERY_MS = 400

export type Look = Omit<Snapshot, 'lines'>

/** Looks at the pipeline again and again for as long as somebody follows, and not at all when nobody does. */
export class Watch {
  readonly #link: Link
  readonly #pipeline: string
  readonly board: Board
  readonly #onFailure: (error: unknown) => void
  readonly #looked = new Wakeup()
  #followers = 0
  #looking: Promise<void> | undefined
  #latest: Look | undefined

  /** @param onFailure gets what an answer that makes no sense leads to */
  constructor(link: Link, pipeline: string, board: Board, onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure
    this.#link = link
    this.#pipeline = pipeline
    this.board = board
  }

  async look(): Promise<Look> {
    if (this.#latest && !this.#link.connected) {
      // Nobody can be heard, which says nothing of anyone.
      this.#latest = { ...this.#latest, connected: false }
    } else {
      const heard = await askStatus(this.#link.nc, this.#pipeline, { lines: this.board.lines.known })
      this.#latest = { ...this.board.take(heard, Date.now()), connected: this.#link.connected }
    }
    return this.#latest
  }

  /** The last look, if one is going on anyway, and each one from then on, until the signal aborts. */
  async *follow(signal: AbortSignal): AsyncGenerator<Look, void, undefined> {
    const aborted = signal.aborted ? undefined : once(signal, 'abort')
    this.#followers++
    try {
      if (this.#looking && this.#latest) yield this.#latest
      this.#looking ??= this.#keepLooking()
      while (!signal.aborted) {
        await Promise.race([this.#looked.wait(), aborted])
        if (!(signal.aborted as boolean) && this.#latest) yield this.#latest
      }
    } finally {
      this.#followers--
    }
  }

  async #keepLooking(): Promise<void> {
    while (this.#followers > 0 && !this.#link.nc.isClosed()) {
      await this.look().catch(this.#onFailure)
      this.#looked.notify()
      await delay(EVERY_MS)
    }
    this.#looking = undefined
  }
}
