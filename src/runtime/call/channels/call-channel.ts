import type { MsgHdrs } from '@nats-io/transport-node'
import { deferred } from '../../core/deferred.js'
import { DaffiError } from '../../core/errors.js'
import { bounded } from '../../core/timeout.js'
import type { UnixChannel } from '../../unix/index.js'
import { headerLines, type ChannelResponse, type Headers, type Refusal } from './head.js'

export const REQUEST = 'request'
export const RESPONSE = 'response'

/** A message of a call, whichever way it came: by the server, or over a channel. */
export interface CallMessage {
  subject: string
  data: Uint8Array
  headers?: Headers
  /** Present when a response is wanted. */
  reply?: string
  /** Channel over which it came. */
  channel?: CallChannel
  /** Tells that this node does not take it. Present for one that came over a channel. */
  refuse?: (why: Refusal) => void
  respond: (data?: Uint8Array, options?: { headers?: MsgHdrs }) => unknown
}

/** A request that came over a channel. */
export interface IncomingRequest extends CallMessage {
  channel: CallChannel
  /** Id that the asker has given it; undefined when no response is wanted. */
  id: string | undefined
  /** Name of the node that asks. */
  from: string
  refuse: (why: Refusal) => void
}

/** Listener for requests whose subjects begin with a certain token. */
export type OnRequest = (request: IncomingRequest) => unknown

/** A request that is sent over a channel. */
export interface ChannelRequest {
  subject: string
  id: string
  headers?: Headers | undefined
  data: Uint8Array
}

/** Requests to one node over the Unix channel to it, and their responses. */
export class CallChannel {
  readonly #channel: UnixChannel
  /** Functions of those who have asked something, which take the answer. */
  readonly #asking = new Map<string, (response: ChannelResponse) => void>()
  readonly #listeners = new Map<string, OnRequest>()
  #asked = 0

  constructor(channel: UnixChannel) {
    this.#channel = channel
  }

  /** Incarnation of the node at the other end. */
  get peer(): string {
    return this.#channel.peer
  }

  get isOpen(): boolean {
    return this.#channel.isOpen
  }

  /** @returns a function that removes the listener */
  onClose(listener: () => void): () => void {
    return this.#channel.onClose(listener)
  }

  /** Sends a request. One that cannot be sent is told of as the others are, when the channel closes. */
  send({ subject, id, headers, data }: ChannelRequest): void {
    const head = `${REQUEST} ${subject} ${id}`
    this.#channel.send(headers ? head + headerLines(headers) : head, data)
  }

  /** Sends what needs no response. */
  tell(subject: string, text: string): void {
    this.#channel.send(`${REQUEST} ${subject}`, Buffer.from(text))
  }

  /** Sends a request, and gives the payload of its response. @throws DaffiError DAFFI_CLOSED, DAFFI_TIMEOUT; the signal's reason */
  async ask(
    subject: string,
    text: string,
    bounds: { timeoutMs?: number; signal?: AbortSignal },
  ): Promise<Uint8Array> {
    const id = `ask-${this.#asked++}`
    const { promise, resolve, reject } = deferred<Uint8Array>()
    this.#asking.set(id, ({ refusal, data }) =>
      refusal === undefined ? resolve(data) : reject(notAnswered(subject)),
    )
    const unwatch = this.onClose(() => reject(notAnswered(subject)))
    this.send({ subject, id, data: Buffer.from(text) })
    try {
      return await bounded(promise, { ...bounds, what: subject })
    } finally {
      unwatch()
      this.#asking.delete(id)
    }
  }

  /** Listens to requests of the other node on a subject. @returns a function that removes the listener */
  listen(subject: string, listener: OnRequest): () => void {
    this.#listeners.set(subject, listener)
    return () => void this.#listeners.delete(subject)
  }

  listener(subject: string): OnRequest | undefined {
    return this.#listeners.size > 0 ? this.#listeners.get(subject) : undefined
  }

  respond(id: string, data: Uint8Array, headers?: Headers): void {
    const head = `${RESPONSE} ${id}`
    this.#channel.send(headers ? head + headerLines(headers) : head, data)
  }

  /** Takes the answer to a question. @returns whether it is one */
  answered(id: string, response: ChannelResponse): boolean {
    const asker = this.#asking.size > 0 ? this.#asking.get(id) : undefined
    asker?.(response)
    return asker !== undefined
  }
}

function notAnswered(subject: string): DaffiError {
  return new DaffiError('DAFFI_CLOSED', `the other node did not answer "${subject}"`)
}
