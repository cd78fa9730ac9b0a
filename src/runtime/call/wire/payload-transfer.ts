import type { NatsConnection } from '@nats-io/transport-node'
import pMap from 'p-map'
import { MIB } from '../../core/bytes.js'
import { deferred } from '../../core/deferred.js'
import { DaffiError } from '../../core/errors.js'
import { bounded } from '../../core/timeout.js'
import { randomId, isToken } from '../../core/names.js'
import { isCount } from '../../core/message/forms.js'
import { sleep } from '../../core/timer.js'
import { isInbox, isNoResponders, listen, newInbox, payloadLimit } from '../../nats/index.js'
import type { CallChannel, CallMessage } from '../channels/call-channel.js'
import { ByteWindow } from './byte-window.js'
import { HEADER } from './headers.js'
import { INLINE_BYTES, type KnownNodes } from './send-window.js'

/** Largest arguments and results, also of durable jobs. */
export const MAX_VALUE_BYTES = 512 * MIB

/** First part of the subject of a value that is fetched over a channel. */
const KEPT = 'value-'
const PART_BYTES = MIB
/** Longest header or request of which a message is made sense. */
const MAX_TEXT = 256
const CONCURRENCY = 4
/** Bytes of values that this process fetches at a time. */
const FETCH_BYTES = 16 * MIB
/**
 * Time after which a part is requested again; twice as long each further time, as what stands still will send all copies
 * that were requested.
 */
const PART_TIMEOUT_MS = 10_000
/** Requests of a part that nobody is there to answer, while its sender is, until it is given up. */
const MAX_REFUSALS = 5
const REFUSAL_PAUSE_MS = 500
/** Requests of a part without any answer until it is given up: as long together as its sender would keep the value. */
const MAX_SILENCES = 5
/** Time without a request after which a value is not kept any longer. */
const IDLE_MS = 300_000

/** A value that its sender keeps until it was fetched. */
export interface PayloadTransfer {
  /** Header of the message that goes in the value's place, which says where it is. */
  parts: string
  /** Resolves when the value was fetched, or was not requested for a long while. */
  done: Promise<void>
  end: () => void
}

/** Where a value is fetched from. */
interface Sender {
  /** Name of the node that has it. */
  node: string | undefined
  /** Channel over which the message came that told of it. */
  channel: CallChannel | undefined
}

/**
 * Sends arguments and results of any size. A large value stays with its sender, and the message names the subject on
 * which its parts can be requested, over the way that it went itself: so nothing is stored on the server, nothing is left behind, and nobody is sent more
 * at a time than it asks for.
 */
export class PayloadTransfers {
  readonly #nc: NatsConnection
  readonly #peers: KnownNodes
  readonly #fetching = new ByteWindow(FETCH_BYTES)

  constructor(nc: NatsConnection, peers: KnownNodes) {
    this.#nc = nc
    this.#peers = peers
  }

  /** Whether a value is sent in parts. */
  isLarge(payload: Uint8Array): boolean {
    return payload.length > INLINE_BYTES || payload.length > this.#limit
  }

  /**
   * Keeps a large value until it was fetched.
   * @param channel over which it is fetched; by default through the server
   * @throws DaffiError DAFFI_TOO_LARGE
   */
  announce(payload: Uint8Array, channel?: CallChannel): PayloadTransfer {
    if (payload.length > MAX_VALUE_BYTES) {
      const message = `a value of ${payload.length} bytes; arguments and results have at most ${MAX_VALUE_BYTES}`
      throw new DaffiError('DAFFI_TOO_LARGE', message)
    }
    const subject = channel ? `${KEPT}${randomId()}` : newInbox(this.#nc)
    return { parts: `${subject} ${payload.length}`, ...this.#serve(subject, payload, channel) }
  }

  /**
   * Fetches a large value.
   * @param header that says where it is
   * @param from node that has it, which is asked again for as long as it is there, and the channel to it if it came over that
   * @throws DaffiError DAFFI_NODE_DIED, DAFFI_BAD_MESSAGE
   */
  async fetch(header: string, from: Sender, signal: AbortSignal): Promise<Uint8Array> {
    const { subject, length } = parseParts(header, from.channel)
    await this.#fetching.enter(length, signal)
    try {
      // eslint-disable-next-line no-restricted-syntax -- filled: each part has the length that was asked for, or all fail
      const whole = Buffer.allocUnsafeSlow(length)
      const step = Math.min(PART_BYTES, this.#limit)
      const offsets = Array.from({ length: Math.ceil(length / step) }, (_, index) => index * step)
      const load = async (offset: number): Promise<void> => {
        const part = await this.#part(subject, `${offset} ${step}`, from, signal)
        if (part.length !== Math.min(step, length - offset)) throw badPart(part.length, offset, length)
        whole.set(part, offset)
      }
      await pMap(offsets, load, { concurrency: CONCURRENCY, signal }).catch((cause: unknown) => {
        signal.throwIfAborted()
        if (cause instanceof DaffiError && cause.code === 'DAFFI_BAD_MESSAGE') throw cause
        const message = `a value of ${length} bytes could not be fetched: the node that has it is gone`
        throw new DaffiError('DAFFI_NODE_DIED', message, { cause })
      })
      const done = `${length} 0`
      if (from.channel) from.channel.tell(subject, done)
      else if (!this.#nc.isClosed()) this.#nc.publish(subject, done)
      return whole
    } finally {
      this.#fetching.remove(length)
    }
  }

  /** Requests one part, again while the sender is there but does not answer: it, or the server, is busy. */
  async #part(
    subject: string,
    range: string,
    { node, channel }: Sender,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    // A channel loses nothing; but a sender that stands still must not hold the room of the others for ever.
    if (channel) return await channel.ask(subject, range, { signal, timeoutMs: IDLE_MS })
    let refusals = 0
    let silences = 0
    for (let timeout = PART_TIMEOUT_MS; ; timeout *= 2) {
      try {
        const request = this.#nc.request(subject, range, { timeout })
        return (await bounded(request, { signal, what: 'fetching a value' })).data
      } catch (error) {
        signal.throwIfAborted()
        if (this.#nc.isClosed() || node === undefined || this.#peers.get(node) === undefined) throw error
        // The sender may be about to connect again.
        if (isNoResponders(error) ? ++refusals > MAX_REFUSALS : ++silences >= MAX_SILENCES) throw error
        if (isNoResponders(error)) await sleep(REFUSAL_PAUSE_MS, signal)
      }
    }
  }

  get #limit(): number {
    return payloadLimit(this.#nc)
  }

  #serve(subject: string, bytes: Uint8Array, channel?: CallChannel): Omit<PayloadTransfer, 'parts'> {
    const done = deferred()
    const idle = setTimeout(() => done.resolve(), IDLE_MS)
    const onRequest = (message: Pick<CallMessage, 'data' | 'respond'>): void => {
      const { offset, length } = parseRange(message)
      if (offset >= bytes.length) {
        done.resolve()
        return
      }
      idle.refresh()
      message.respond(bytes.subarray(offset, offset + Math.min(length, this.#limit)))
    }
    const unwatch = channel?.onClose(() => done.resolve())
    const subscription = channel ? undefined : listen(this.#nc, subject, onRequest)
    const unlisten = channel?.listen(subject, onRequest)
    const end = (): void => {
      clearTimeout(idle)
      subscription?.unsubscribe()
      unlisten?.()
      unwatch?.()
      done.resolve()
    }
    return { done: done.promise, end }
  }
}

/** Reads the header that says where a large value is. @throws DaffiError DAFFI_BAD_MESSAGE */
function parseParts(header: string, channel: CallChannel | undefined): { subject: string; length: number } {
  const [subject = '', size = ''] = header.slice(0, MAX_TEXT).split(' ')
  const length = Number(size)
  const isPlace = channel ? subject.startsWith(KEPT) && isToken(subject) : isInbox(subject)
  if (isPlace && size !== '' && isCount(length) && length <= MAX_VALUE_BYTES) return { subject, length }
  throw new DaffiError('DAFFI_BAD_MESSAGE', `a header ${HEADER.parts} is not a place and a number of bytes`)
}

/** Number of bytes of the large value that a header announces. @throws DaffiError DAFFI_BAD_MESSAGE */
export const partsLength = (header: string, channel: CallChannel | undefined): number =>
  parseParts(header, channel).length

/** Reads a request for a part. @throws DaffiError DAFFI_BAD_MESSAGE */
function parseRange({ data }: Pick<CallMessage, 'data'>): { offset: number; length: number } {
  const [offset, length] = Buffer.from(data.subarray(0, MAX_TEXT)).toString('latin1').split(' ').map(Number)
  if (isCount(offset) && isCount(length)) return { offset: offset as number, length: length as number }
  throw new DaffiError('DAFFI_BAD_MESSAGE', 'it does not ask for a part of a value')
}

function badPart(got: number, offset: number, length: number): DaffiError {
  const message = `a part at ${offset} of a value of ${length} bytes came with ${got} bytes`
  return new DaffiError('DAFFI_BAD_MESSAGE', message)
}
