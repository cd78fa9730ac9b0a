import type { LaneRef, LoadedPart, PartReader } from '../lanes/lane.js'
import type { Link } from '../protocol/nats-link.js'
import { copySubject, encodeNewest } from '../protocol/latest-messages.js'

/** Room in a message for what the server counts besides the payload. */
const HEADROOM = 512
const USUAL_PAYLOAD = 1024 * 1024
const ANSWER_MS = 5000

/** Reads shared memory that cannot be mapped from here: its writer copies out what is asked for. */
export class CopyReader implements PartReader {
  readonly #link: Link
  readonly #subject: string

  constructor(link: Link, pipeline: string, id: string) {
    this.#link = link
    this.#subject = copySubject(pipeline, id)
  }

  async load(ref: LaneRef, length: number, into: () => Uint8Array): Promise<LoadedPart | undefined> {
    const target = into()
    const most = (this.#link.nc.info?.max_payload ?? USUAL_PAYLOAD) - HEADROOM
    for (let offset = 0; offset < length; offset += most) {
      const question = encodeNewest({ ref, offset, length: Math.min(most, length - offset) })
      const copy = await this.#link.request(this.#subject, question, ANSWER_MS)
      if (!(copy instanceof Uint8Array) || copy.length === 0) return undefined
      target.set(copy, offset)
    }
    return { bytes: target }
  }

  close(): void {
    // Nothing is held between two questions.
  }
}
