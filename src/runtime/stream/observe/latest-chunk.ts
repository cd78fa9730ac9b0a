import type { Msg, NatsConnection } from '@nats-io/transport-node'
import type { Lane } from '../../core/summary.js'
import type { ShmOffer } from '../lanes/shm/shm-writer.js'
import { itemOf, type Part } from '../protocol/messages.js'
import {
  decodeNewest,
  encodeNewest,
  newestSubject,
  type NewestQuestion,
} from '../protocol/latest-messages.js'

/** Of questions that wait; more is no use, since whoever asks again has given up the question before. */
const MOST_WAITING = 32

interface Options {
  nc: NatsConnection
  pipeline: string
  id: string
  shm: ShmOffer | null
}

/**
 * Tells observers where the newest chunk of a stream lies. They are no receivers: nothing is kept or sent for them,
 * and nobody waits for them or counts what they miss.
 */
export class Newest {
  readonly #shm: ShmOffer | null
  readonly #chunks = new Map<Lane, Part[]>()
  readonly #arriving = new Map<Lane, Part[]>()
  #waiting: { message: Msg; question: NewestQuestion }[] = []
  readonly #close: () => void

  constructor({ nc, pipeline, id, shm }: Options) {
    this.#shm = shm
    const subscription = nc.subscribe(newestSubject(pipeline, id), {
      callback: (error, message) => {
        if (error !== null) return
        const question = decodeNewest(message.data) as NewestQuestion
        this.#waiting = [...this.#waiting, { message, question }].slice(-MOST_WAITING)
        this.#answer()
      },
    })
    this.#close = () => subscription.unsubscribe()
  }

  /** The newest chunk's first part; undefined before there was any. */
  get head(): Part | undefined {
    return [...this.#chunks.values()].map(([part]) => part).find((part) => part !== undefined)
  }

  /** Takes word of a part that can be loaded from now on. */
  hear(part: Part): void {
    const known = this.#chunks.get(part.lane)?.[0]
    // Said again for a receiver that may have missed it.
    if (known && itemOf(part) <= itemOf(known)) return
    const parts = part.offset === 0 ? [part] : [...(this.#arriving.get(part.lane) ?? []), part]
    this.#arriving.set(part.lane, parts)
    if (part.offset + part.length < part.bytes) return
    this.#chunks.set(part.lane, parts)
    if (this.#waiting.length > 0) this.#answer()
  }

  close(): void {
    this.#close()
  }

  #answer(): void {
    this.#waiting = this.#waiting.filter(({ message, question }) => {
      const parts = this.#chunks.get(question.lane) ?? [...this.#chunks.values()][0]
      if (!parts?.[0] || itemOf(parts[0]) < question.from) return true
      message.respond(encodeNewest({ shm: this.#shm, parts }))
      return false
    })
  }
}
