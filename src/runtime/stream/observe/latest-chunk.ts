import type { Msg } from '@nats-io/transport-node'
import type { Lane } from '../../core/plan/summary.js'
import { encodeLatest, latestSubject, type LatestRequest } from '../protocol/latest-messages.js'
import { isLatestRequest } from '../protocol/message-forms.js'
import { itemOf, type Part } from '../protocol/messages.js'
import { onMessage } from '../protocol/on-message.js'
import type { StreamContext } from '../protocol/ports.js'
import type { ShmDescriptor } from '../protocol/refs.js'

/** Requests that wait at most; more is no use, since an observer that asks again has given up its earlier request. */
const MAX_WAITING = 32

/**
 * Answers observers where the latest chunk of a stream lies. Observers are no receivers: nothing is kept or sent for them,
 * the writer never waits for them, and what they miss is not counted.
 */
export class LatestChunk {
  readonly #shm: ShmDescriptor | null
  readonly #chunks = new Map<Lane, Part[]>()
  readonly #incoming = new Map<Lane, Part[]>()
  #waiting: { message: Msg; request: LatestRequest }[] = []
  readonly #unsubscribe: () => void

  constructor({ id, ports, connections }: StreamContext, shm: ShmDescriptor | null) {
    this.#shm = shm
    const subject = latestSubject(ports.pipeline, id)
    const subscription = onMessage(connections.control, subject, isLatestRequest, (request, message) => {
      this.#waiting = [...this.#waiting, { message, request }].slice(-MAX_WAITING)
      this.#respond()
    })
    this.#unsubscribe = () => subscription.unsubscribe()
  }

  /** First part of the latest chunk; undefined before the first chunk. */
  get head(): Part | undefined {
    return [...this.#chunks.values()].map(([part]) => part).find((part) => part !== undefined)
  }

  /** Registers a part that can be loaded from now on. */
  onPart(part: Part): void {
    const known = this.#chunks.get(part.lane)?.[0]
    // Announced again for a receiver that may have missed it.
    if (known && itemOf(part) <= itemOf(known)) return
    const parts = part.offset === 0 ? [part] : [...(this.#incoming.get(part.lane) ?? []), part]
    this.#incoming.set(part.lane, parts)
    if (part.offset + part.length < part.bytes) return
    this.#chunks.set(part.lane, parts)
    if (this.#waiting.length > 0) this.#respond()
  }

  close(): void {
    this.#unsubscribe()
  }

  #respond(): void {
    this.#waiting = this.#waiting.filter(({ message, request }) => {
      const parts = this.#chunks.get(request.lane) ?? [...this.#chunks.values()][0]
      if (!parts?.[0] || itemOf(parts[0]) < request.from) return true
      message.respond(encodeLatest({ shm: this.#shm, parts }))
      return false
    })
  }
}
