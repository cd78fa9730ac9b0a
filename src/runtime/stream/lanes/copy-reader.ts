import { payloadLimit } from '../../nats/index.js'
import type { LoadedPart, PartReader } from './lane.js'
import { copySubject, encodeLatest } from '../protocol/latest-messages.js'
import type { NatsLink } from '../protocol/nats-link.js'
import type { LaneRef } from '../protocol/refs.js'

/** Bytes of a message that the server counts besides the payload. */
const HEADROOM = 512
const REQUEST_TIMEOUT_MS = 5000

/** Reads shared memory that cannot be mapped here: the stream's writer sends copies. */
export class CopyReader implements PartReader {
  readonly #link: NatsLink
  readonly #subject: string

  constructor(link: NatsLink, pipeline: string, id: string) {
    this.#link = link
    this.#subject = copySubject(pipeline, id)
  }

  async load(ref: LaneRef, length: number, into: () => Uint8Array): Promise<LoadedPart | undefined> {
    const target = into()
    const limit = payloadLimit(this.#link.nc, HEADROOM)
    for (let offset = 0; offset < length; offset += limit) {
      const request = encodeLatest({ ref, offset, length: Math.min(limit, length - offset) })
      const copy = await this.#link.request(this.#subject, request, REQUEST_TIMEOUT_MS)
      if (!(copy instanceof Uint8Array) || copy.length === 0) return undefined
      target.set(copy, offset)
    }
    return { bytes: target }
  }

  close(): void {
    // Nothing is held between two requests.
  }
}
