import { createInbox, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node'
import pMap from 'p-map'
import { deferred } from '../../core/deferred.js'
import { DaffiError } from '../../core/errors.js'
import { HEADER } from './messages.js'

const PART_BYTES = 1024 * 1024
/** Of a message: what its headers may need. */
const HEADER_BYTES = 4096
const CONCURRENCY = 4
const PART_MS = 10_000
/** A value that nobody asks for any more. */
const IDLE_MS = 30_000

/** A value that waits to be fetched. */
export interface Offer {
  /** Resolves when it was fetched, or nobody seems to want it. */
  taken: Promise<void>
  end: () => void
}

/**
 * Arguments and results of any size. What does not fit into a message stays where it is, and the message says on which
 * subject its parts can be asked for: so nothing is stored on the server, and nothing is left behind.
 */
export class Parts {
  readonly #nc: NatsConnection

  constructor(nc: NatsConnection) {
    this.#nc = nc
  }

  /** The payload to be sent, which is empty when `headers` now tell of an offer. @param takers how many will fetch it */
  enclose(
    payload: Uint8Array,
    headers: MsgHdrs,
    takers = 1,
  ): { payload: Uint8Array; offer: Offer | undefined } {
    if (payload.length <= this.#most) return { payload, offer: undefined }
    const subject = createInbox()
    headers.set(HEADER.parts, `${subject} ${payload.length}`)
    return { payload: new Uint8Array(), offer: this.#offer(subject, payload, takers) }
  }

  /**
   * The payload of a message, wherever it is.
   * @throws DaffiError DAFFI_NODE_DIED, DAFFI_BAD_MESSAGE
   */
  open(
    { data, headers }: Msg,
    abort: { readonly signal?: AbortSignal | undefined },
  ): Uint8Array | Promise<Uint8Array> {
    const word = headers?.get(HEADER.parts)
    return word ? this.#fetch(word, abort.signal) : data
  }

  async #fetch(word: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const [subject = '', size] = word.split(' ')
    const length = Number(size)
    if (!Number.isSafeInteger(length) || length < 0)
      throw new DaffiError('DAFFI_BAD_MESSAGE', `a header ${HEADER.parts} says "${word}"`)
    const whole = Buffer.allocUnsafeSlow(length)
    const step = Math.min(PART_BYTES, this.#most)
    const offsets = Array.from({ length: Math.ceil(length / step) }, (_, index) => index * step)
    const load = async (offset: number): Promise<void> => {
      const { data: part } = await this.#nc.request(subject, `${offset} ${step}`, { timeout: PART_MS })
      whole.set(part, offset)
    }
    await pMap(offsets, load, { concurrency: CONCURRENCY, ...(signal ? { signal } : {}) }).catch(
      (cause: unknown) => {
        signal?.throwIfAborted()
        const message = `a value of ${length} bytes could not be fetched: the node that has it is gone`
        throw new DaffiError('DAFFI_NODE_DIED', message, { cause })
      },
    )
    return whole
  }

  get #most(): number {
    return (this.#nc.info?.max_payload ?? PART_BYTES) - HEADER_BYTES
  }

  #offer(subject: string, bytes: Uint8Array, takers: number): Offer {
    const taken = deferred()
    const idle = setTimeout(() => taken.resolve(), IDLE_MS)
    let left = bytes.length * takers
    const subscription = this.#nc.subscribe(subject, {
      callback: (error, message) => {
        if (error !== null) return
        const [offset = 0, length = 0] = message.string().split(' ').map(Number)
        const part = bytes.subarray(offset, offset + length)
        message.respond(part)
        idle.refresh()
        left -= part.length
        if (left <= 0) taken.resolve()
      },
    })
    const end = (): void => {
      clearTimeout(idle)
      subscription.unsubscribe()
    }
    return { taken: taken.promise, end }
  }
}
