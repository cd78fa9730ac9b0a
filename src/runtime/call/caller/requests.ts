import type { NatsConnection } from '@nats-io/transport-node'
import type { Offer, Parts } from '../wire/payload-transfer.js'
import type { Target } from '../api/pending-call.js'
import { HEADER, requestHeaders, subjects } from '../wire/messages.js'
import type { InFlight } from './in-flight.js'

interface RequestsOptions {
  nc: NatsConnection
  pipeline: string
  node: string
  parts: Parts
  inFlight: InFlight
}

interface Request {
  /** By which it can be cancelled. */
  id?: string
  reply?: string
  etaMs: number
  /** Who wants the items of a callback that yields: the caller's incarnation. */
  items?: string
  /** How many nodes will fetch arguments that are too large for a message; 1 by default. */
  takers?: number
}

/** What goes out from this node: calls, and word that they are given up. */
export class Requests {
  readonly #options: RequestsOptions

  constructor(options: RequestsOptions) {
    this.#options = options
  }

  /** Where a call goes that one node is to answer. */
  subjectOf({ callback, to }: Target): string {
    const { pipeline } = this.#options
    return to === undefined ? subjects.call(pipeline, callback) : subjects.nodeCall(pipeline, to, callback)
  }

  publish(subject: string, arguments_: Uint8Array, request: Request): Offer | undefined {
    const { nc, node, parts } = this.#options
    const headers = requestHeaders(request.id ?? '', node, request.etaMs)
    if (request.items !== undefined) headers.set(HEADER.items, request.items)
    const { payload, offer } = parts.enclose(arguments_, headers, request.takers)
    nc.publish(subject, payload, {
      headers,
      ...(request.reply === undefined ? {} : { reply: request.reply }),
    })
    return offer
  }

  /** For a call that is not answered: resolves when the server has it, or whoever is called what is too large for it. */
  async send(subject: string, payload: Uint8Array, request: Request): Promise<void> {
    await this.#options.inFlight.connected({ what: 'sending a call' })
    const offer = this.publish(subject, payload, request)
    await this.#options.nc.flush()
    await offer?.taken
    offer?.end()
  }

  cancel(id: string): void {
    const { nc, pipeline, inFlight } = this.#options
    void inFlight.connected({ what: 'cancelling' }).then(() => {
      if (!nc.isClosed()) nc.publish(subjects.cancel(pipeline), id)
    })
  }
}
