import { TimeoutError } from '@nats-io/transport-node'
import { MIB } from '../../core/bytes.js'
import type { NatsLink, RequestFailure } from '../protocol/nats-link.js'
import type { JetStreamRef, LaneRef } from '../protocol/refs.js'
import { WINDOW } from './jetstream-writer.js'
import type { LaneReader, LoadedPart } from './lane.js'
import { PushedParts } from './pushed-parts.js'

const REQUEST_TIMEOUT_MS = 30_000

/**
 * Reads the lane through the server. A receiver that needs every part, or waits for the next, subscribes to parts; one
 * that picks, or has missed a part, requests it.
 */
export class JetStreamLaneReader implements LaneReader {
  readonly #link: NatsLink
  readonly #pushed: PushedParts | undefined
  readonly #all: boolean
  #closed = false
  readonly name = 'jetstream'
  readonly ahead = 8 * MIB
  /** Credit is reported well before the window is full. */
  readonly credit = { parts: Infinity, bytes: 2 * MIB }

  /** @param parts subject of all parts, absent for a reader that only picks; `all` when every part will be loaded */
  constructor(link: NatsLink, parts?: { subject: string; all: boolean }) {
    this.#link = link
    this.#pushed = parts && new PushedParts(link, parts.subject)
    this.#all = parts?.all ?? false
    if (this.#all) this.#pushed?.listen(WINDOW)
  }

  expect(bytes: number, parts: number): void {
    this.#pushed?.listen(bytes, parts)
  }

  async load(ref: LaneRef, length: number): Promise<LoadedPart | undefined> {
    const bytes = await this.#read(ref)
    return bytes?.length === length ? { bytes } : undefined
  }

  async #read(ref: LaneRef): Promise<Uint8Array | undefined> {
    const [stream, seq, number] = ref as JetStreamRef
    // The connection may have had no room to push until now.
    if (this.#all) this.#pushed?.listen(WINDOW)
    const bytes = await this.#pushed?.take(number)
    if (bytes) return bytes
    while (!this.#closed) {
      const reply = await this.#request(stream, seq)
      if (reply instanceof Uint8Array) return reply
      if (reply === 'gone' || this.#link.nc.isClosed()) return undefined
      await this.#link.up()
    }
    return undefined
  }

  /** A server that stands still may respond to the next request. */
  async #request(stream: string, seq: number): Promise<Uint8Array | RequestFailure | 'late'> {
    const subject = `$JS.API.DIRECT.GET.${stream}`
    try {
      return await this.#link.request(subject, JSON.stringify({ seq }), REQUEST_TIMEOUT_MS)
    } catch (error) {
      if (error instanceof TimeoutError) return 'late'
      throw error
    }
  }

  close(): void {
    this.#closed = true
    this.#pushed?.close()
  }
}
