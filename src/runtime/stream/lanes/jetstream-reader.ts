import type { Link } from '../link.js'
import type { LaneReader, LaneRef, LoadedPart } from './lane.js'
import type { JetStreamRef } from './jetstream-writer.js'
import { PushedParts } from './pushed-parts.js'

const MIB = 1024 * 1024
const ANSWER_MS = 30_000

/** Loads parts from JetStream: for who needs them all as they come, for who picks, or has missed one, by direct get. */
export class JetStreamLaneReader implements LaneReader {
  readonly #link: Link
  readonly #pushed: PushedParts | undefined
  #closed = false
  readonly name = 'jetstream'
  readonly ahead = 8 * MIB
  /** Well below the window. */
  readonly credit = { parts: Infinity, bytes: 2 * MIB }

  /** @param subject of all parts, when every one is going to be loaded */
  constructor(link: Link, subject?: string) {
    this.#link = link
    this.#pushed = subject === undefined ? undefined : PushedParts.open(link, subject)
  }

  async load(ref: LaneRef): Promise<LoadedPart | undefined> {
    const [stream, seq, number] = ref as JetStreamRef
    const bytes = await this.#pushed?.take(number)
    if (bytes) return { bytes }
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
    this.#pushed?.close()
  }
}
