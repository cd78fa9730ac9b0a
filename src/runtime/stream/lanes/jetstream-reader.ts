import type { Link } from '../protocol/nats-link.js'
import type { LaneReader, LaneRef, LoadedPart } from './lane.js'
import { WINDOW, type JetStreamRef } from './jetstream-writer.js'
import { PushedParts } from './pushed-parts.js'

const MIB = 1024 * 1024
const ANSWER_MS = 30_000

/**
 * Loads parts from JetStream: for who needs them all, or is waiting for the next, as they come; for who picks, or has
 * missed one, by direct get.
 */
export class JetStreamLaneReader implements LaneReader {
  readonly #link: Link
  readonly #pushed: PushedParts | undefined
  readonly #all: boolean
  #closed = false
  readonly name = 'jetstream'
  readonly ahead = 8 * MIB
  /** Well below the window. */
  readonly credit = { parts: Infinity, bytes: 2 * MIB }

  /** @param parts subject of all parts; absent for who only picks. `all`: every one is going to be loaded */
  constructor(link: Link, parts?: { subject: string; all: boolean }) {
    this.#link = link
    this.#pushed = parts && new PushedParts(link, parts.subject)
    this.#all = parts?.all ?? false
    if (this.#all) this.#pushed?.listen(WINDOW)
  }

  expect(bytes: number, parts: number): void {
    this.#pushed?.listen(bytes, parts)
  }

  async load(ref: LaneRef): Promise<LoadedPart | undefined> {
    const [stream, seq, number] = ref as JetStreamRef
    // The connection may have had no room for it until now.
    if (this.#all) this.#pushed?.listen(WINDOW)
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
