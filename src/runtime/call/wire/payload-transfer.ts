import type { NatsConnection } from '@nats-io/transport-node'
import pMap from 'p-map'
import { MIB } from '../../core/bytes.js'
import { deferred } from '../../core/deferred.js'
import { DaffiError } from '../../core/errors.js'
import { bounded } from '../../core/timeout.js'
import { randomId, isToken } from '../../core/names.js'
import { isCount } from '../../core/message/forms.js'
import { collectYoung } from '../../core/process/collect.js'
import { allowHeapGrowth } from '../../core/process/heap-growth.js'
import { sleep } from '../../core/timer.js'
import { isInbox, isNoResponders, listen, newInbox, payloadLimit } from '../../nats/index.js'
import type { CallChannel, CallMessage } from '../channels/call-channel.js'
import { ByteWindow } from './byte-window.js'
import { HEADER } from './headers.js'
import { copyLent, LentValues } from './lent-values.js'
import { INLINE_BYTES, type KnownNodes } from './send-window.js'

/** Largest arguments and results, also of durable jobs. */
export const MAX_VALUE_BYTES = 512 * MIB

/** First part of the subject of a value that is fetched over a channel. */
const KEPT = 'value-'
/** Word for a value that is lent in memory, in the header that tells of it, and as the request for its place. */
const MEMORY = 'memory'
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

/** Place of a large value, as its header says. */
interface Parts {
  subject: string
  length: number
  /** Whether its sender lends it in shared memory. */
  isLent: boolean
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
 * at a time than it asks for. A value that is fetched over a channel is lent in shared memory, where there is some.
 */
export class PayloadTransfers {
  readonly #nc: NatsConnection
  readonly #peers: KnownNodes
  readonly #fetching = new ByteWindow(FETCH_BYTES)
  readonly #lent = new LentValues()

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
    const parts = `${subject} ${payload.length}${channel ? ` ${MEMORY}` : ''}`
    return { parts, ...this.#serve(subject, payload, channel) }
  }

  /**
   * Fetches a large value.
   * @param header that says where it is
   * @param from node that has it, which is asked again for as long as it is there, and the channel to it if it came over that
   * @throws DaffiError DAFFI_NODE_DIED, DAFFI_BAD_MESSAGE
   */
  async fetch(header: string, from: Sender, signal: AbortSignal): Promise<Uint8Array> {
    const parts = parseParts(header, from.channel)
    const { subject, length } = parts
    await this.#fetching.enter(length, signal)
    const endGrowth = allowHeapGrowth()
    try {
      const whole = await this.#load(parts, from, signal).catch((cause: unknown) => {
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
      endGrowth()
      collectYoung(length)
    }
  }

  /** Copies a value out of shared memory; requests its parts where its sender lends none, or it cannot be read. */
  async #load({ subject, length, isLent }: Parts, from: Sender, signal: AbortSignal): Promise<Uint8Array> {
    const place = isLent ? textOf({ data: await this.#request(subject, MEMORY, from, signal) }) : ''
    const copy = place === '' ? undefined : copyLent(place, length)
    return copy ?? (await this.#join(subject, length, from, signal))
  }

  /** Requests all parts of a value. */
  async #join(subject: string, length: number, from: Sender, signal: AbortSignal): Promise<Uint8Array> {
    // eslint-disable-next-line no-restricted-syntax -- filled: each part has the length that was asked for, or all fail
    const whole = Buffer.allocUnsafeSlow(length)
    const step = Math.min(PART_BYTES, this.#limit)
    const offsets = Array.from({ length: Math.ceil(length / step) }, (_, index) => index * step)
    const load = async (offset: number): Promise<void> => {
      const part = await this.#request(subject, `${offset} ${step}`, from, signal)
      if (part.length !== Math.min(step, length - offset)) throw badPart(part.length, offset, length)
      whole.set(part, offset)
    }
    await pMap(offsets, load, { concurrency: CONCURRENCY, signal })
    return whole
  }

  /** Requests a part, or the place in memory, again while the sender is there but does not answer: it, or the server, is busy. */
  async #request(
    subject: string,
    what: string,
    { node, channel }: Sender,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    // A channel loses nothing; but a sender that stands still must not hold the room of the others for ever.
    if (channel) return await channel.ask(subject, what, { signal, timeoutMs: IDLE_MS })
    let refusals = 0
    let silences = 0
    for (let timeout = PART_TIMEOUT_MS; ; timeout *= 2) {
      try {
        const request = this.#nc.request(subject, what, { timeout })
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
    const endGrowth = allowHeapGrowth()
    const idle = setTimeout(() => onFetched(), IDLE_MS)
    let lending: ReturnType<LentValues['lend']> | undefined
    const lend = async ({ respond }: Pick<CallMessage, 'respond'>): Promise<void> => {
      lending ??= this.#lent.lend(bytes)
      respond(Buffer.from((await lending)?.place ?? ''))
    }
    const onFetched = (): void => {
      void lending?.then((loan) => loan?.end())
      endGrowth()
      done.resolve()
    }
    const onRequest = (message: Pick<CallMessage, 'data' | 'respond'>): void => {
      if (channel && textOf(message) === MEMORY) {
        idle.refresh()
        void lend(message)
        return
      }
      const { offset, length } = parseRange(message)
      if (offset >= bytes.length) {
        onFetched()
        return
      }
      idle.refresh()
      message.respond(bytes.subarray(offset, offset + Math.min(length, this.#limit)))
    }
    const unwatch = channel?.onClose(onFetched)
    const subscription = channel ? undefined : listen(this.#nc, subject, onRequest)
    const unlisten = channel?.listen(subject, onRequest)
    const end = (): void => {
      clearTimeout(idle)
      subscription?.unsubscribe()
      unlisten?.()
      unwatch?.()
      onFetched()
      collectYoung(bytes.length)
    }
    return { done: done.promise, end }
  }
}

/** Reads the header that says where a large value is. @throws DaffiError DAFFI_BAD_MESSAGE */
function parseParts(header: string, channel: CallChannel | undefined): Parts {
  const [subject = '', size = '', how] = header.slice(0, MAX_TEXT).split(' ')
  const length = Number(size)
  const isPlace = channel ? subject.startsWith(KEPT) && isToken(subject) : isInbox(subject)
  if (isPlace && size !== '' && isCount(length) && length <= MAX_VALUE_BYTES)
    return { subject, length, isLent: channel !== undefined && how === MEMORY }
  throw new DaffiError('DAFFI_BAD_MESSAGE', `a header ${HEADER.parts} is not a place and a number of bytes`)
}

/** Number of bytes of the large value that a header announces. @throws DaffiError DAFFI_BAD_MESSAGE */
export const partsLength = (header: string, channel: CallChannel | undefined): number =>
  parseParts(header, channel).length

const textOf = ({ data }: Pick<CallMessage, 'data'>): string =>
  Buffer.from(data.subarray(0, MAX_TEXT)).toString('latin1')

/** Reads a request for a part. @throws DaffiError DAFFI_BAD_MESSAGE */
function parseRange(message: Pick<CallMessage, 'data'>): { offset: number; length: number } {
  const [offset, length] = textOf(message).split(' ').map(Number)
  if (isCount(offset) && isCount(length)) return { offset: offset as number, length: length as number }
  throw new DaffiError('DAFFI_BAD_MESSAGE', 'it does not ask for a part of a value')
}

function badPart(got: number, offset: number, length: number): DaffiError {
  const message = `a part at ${offset} of a value of ${length} bytes came with ${got} bytes`
  return new DaffiError('DAFFI_BAD_MESSAGE', message)
}
