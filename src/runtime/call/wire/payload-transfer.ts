import { createInbox, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node'
import pMap from 'p-map'
import { MIB } from '../../core/bytes.js'
import { deferred } from '../../core/deferred.js'
import { DaffiError } from '../../core/errors.js'
import { payloadLimit } from '../../nats/index.js'
import { HEADER } from './headers.js'

const PART_BYTES = MIB
/** Bytes of a message that its headers may need. */
const HEADER_BYTES = 4096
const CONCURRENCY = 4
const PART_TIMEOUT_MS = 10_000
/** Time without a request after which a value is not kept any longer. */
const IDLE_MS = 30_000

/** A value that its sender keeps until it was fetched. */
export interface PayloadTransfer {
  /** Resolves when the value was fetched by all, or was not requested for a while. */
  done: Promise<void>
  end: () => void
}

/**
 * Sends arguments and results of any size. A value that does not fit into a message stays with its sender, and the
 * message names the subject on which its parts can be requested: so nothing is stored on the server, and nothing is
 * left behind.
 */
export class PayloadTransfers {
  readonly #nc: NatsConnection

  constructor(nc: NatsConnection) {
    this.#nc = nc
  }

  /**
   * Gives the payload to send. It is empty when the value is too large; then a header names the subject from which the
   * value can be fetched.
   * @param fetchers number of processes that will fetch it
   */
  attachOrInline(
    payload: Uint8Array,
    headers: MsgHdrs,
    fetchers = 1,
  ): { payload: Uint8Array; transfer: PayloadTransfer | undefined } {
    if (payload.length <= this.#limit) return { payload, transfer: undefined }
    const subject = createInbox()
    headers.set(HEADER.parts, `${subject} ${payload.length}`)
    return { payload: new Uint8Array(), transfer: this.#serve(subject, payload, fetchers) }
  }

  /**
   * Gives the payload of a message, which is fetched if the message says so.
   * @throws DaffiError DAFFI_NODE_DIED, DAFFI_BAD_MESSAGE
   */
  payloadOf(
    { data, headers }: Msg,
    abort: { readonly signal?: AbortSignal | undefined },
  ): Uint8Array | Promise<Uint8Array> {
    const header = headers?.get(HEADER.parts)
    return header ? this.#fetch(header, abort.signal) : data
  }

  async #fetch(header: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const [subject = '', size] = header.split(' ')
    const length = Number(size)
    if (!Number.isSafeInteger(length) || length < 0)
      throw new DaffiError('DAFFI_BAD_MESSAGE', `a header ${HEADER.parts} says "${header}"`)
    const whole = Buffer.allocUnsafeSlow(length)
    const step = Math.min(PART_BYTES, this.#limit)
    const offsets = Array.from({ length: Math.ceil(length / step) }, (_, index) => index * step)
    const load = async (offset: number): Promise<void> => {
      const { data: part } = await this.#nc.request(subject, `${offset} ${step}`, {
        timeout: PART_TIMEOUT_MS,
      })
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

  get #limit(): number {
    return payloadLimit(this.#nc, HEADER_BYTES)
  }

  #serve(subject: string, bytes: Uint8Array, fetchers: number): PayloadTransfer {
    const done = deferred()
    const idle = setTimeout(() => done.resolve(), IDLE_MS)
    let left = bytes.length * fetchers
    const subscription = this.#nc.subscribe(subject, {
      callback: (error, message) => {
        if (error !== null) return
        const [offset = 0, length = 0] = message.string().split(' ').map(Number)
        const part = bytes.subarray(offset, offset + length)
        message.respond(part)
        idle.refresh()
        left -= part.length
        if (left <= 0) done.resolve()
      },
    })
    const end = (): void => {
      clearTimeout(idle)
      subscription.unsubscribe()
    }
    return { done: done.promise, end }
  }
}
