import type { Link } from '../link.js'
import type { LaneReader, LaneRef, LoadedPart } from './lane.js'

const MIB = 1024 * 1024
const ANSWER_MS = 30_000

/** Loads parts by JetStream's direct get: only what was asked for comes, so no reader is cut off as too slow. */
export class JetStreamLaneReader implements LaneReader {
  readonly #link: Link
  #closed = false
  readonly name = 'jetstream'
  readonly ahead = 8 * MIB
  /** Well below the window. */
  readonly credit = { parts: Infinity, bytes: 2 * MIB }

  constructor(link: Link) {
    this.#link = link
  }

  async load(ref: LaneRef): Promise<LoadedPart | undefined> {
    const [stream, seq] = ref as [string, number]
    while (!this.#closed) {
      const reply = await this.#link.request(
        `$JS.API.DIRECT.GET.${stream}`,
        JSON.stringify({ seq }),
        ANSWER_MS,
      )
      if (reply instanceof Uint8Array) return { bytes: reply }
      if (reply === 'gone' || this.#link.nc.isClosed()) return undefined
      await this.#link.up()
    }
    return undefined
  }

  accept(): void {
    // Anyone may get from the stream.
  }

  close(): void {
    this.#closed = true
  }
}
