import type { Link } from '../link.js'
import { JetStreamConsumer } from './jetstream-consumer.js'
import type { LaneReader, LaneRef, LoadedPart } from './lane.js'

const MIB = 1024 * 1024
const ANSWER_MS = 30_000

/**
 * Loads parts from JetStream: by a consumer for who needs all, by direct get for who picks, or what the consumer has
 * missed. Only what was asked for comes, so no reader is cut off as too slow.
 */
export class JetStreamLaneReader implements LaneReader {
  readonly #link: Link
  readonly #all: boolean
  #consumer: JetStreamConsumer | undefined
  #closed = false
  readonly name = 'jetstream'
  readonly ahead = 8 * MIB
  /** Well below the window. */
  readonly credit = { parts: Infinity, bytes: 2 * MIB }

  /** @param all every part is going to be loaded, in order */
  constructor(link: Link, all = false) {
    this.#link = link
    this.#all = all
  }

  async load(ref: LaneRef): Promise<LoadedPart | undefined> {
    const [stream, seq] = ref as [string, number]
    const bytes = await this.#pull(stream, seq)
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
    this.#consumer?.close()
  }

  async #pull(stream: string, seq: number): Promise<Uint8Array | undefined> {
    if (!this.#all || this.#closed) return undefined
    if (!this.#consumer || this.#consumer.closed)
      this.#consumer = new JetStreamConsumer(this.#link, stream, seq)
    return await this.#consumer.next(seq)
  }
}
