import type { NatsConnection } from '@nats-io/transport-node'
import type { Target } from '../api/pending-call.js'
import { HEADER, requestHeaders } from '../wire/headers.js'
import type { PayloadTransfer, PayloadTransfers } from '../wire/payload-transfer.js'
import { subjects } from '../wire/subjects.js'
import type { InFlight } from './in-flight.js'

interface RequestsOptions {
  nc: NatsConnection
  pipeline: string
  node: string
  payloads: PayloadTransfers
  inFlight: InFlight
}

interface Request {
  /** Id by which the call can be cancelled. */
  id?: string
  reply?: string
  delayMs: number
  /** The caller's incarnation, when it wants the items of a callback that yields. */
  items?: string
  /**
   * Number of nodes that will fetch arguments that are too large for a message.
   * @default 1
   */
  fetchers?: number
}

/** Sends this node's calls, and their cancellation. */
export class Requests {
  readonly #options: RequestsOptions

  constructor(options: RequestsOptions) {
    this.#options = options
  }

  /** Subject of a call that one node is to answer. */
  subjectOf({ callback, to }: Target): string {
    const { pipeline } = this.#options
    return to === undefined ? subjects.call(pipeline, callback) : subjects.nodeCall(pipeline, to, callback)
  }

  publish(subject: string, arguments_: Uint8Array, request: Request): PayloadTransfer | undefined {
    const { nc, node, payloads } = this.#options
    const headers = requestHeaders(request.id ?? '', node, request.delayMs)
    if (request.items !== undefined) headers.set(HEADER.items, request.items)
    const { payload, transfer } = payloads.attachOrInline(arguments_, headers, request.fetchers)
    nc.publish(subject, payload, {
      headers,
      ...(request.reply === undefined ? {} : { reply: request.reply }),
    })
    return transfer
  }

  /**
   * Sends a call to which there is no reply. Resolves when the server has it, or, when the arguments are too large for
   * the server, when the nodes that are called have fetched them.
   */
  async send(subject: string, payload: Uint8Array, request: Request): Promise<void> {
    await this.#options.inFlight.connected({ what: 'sending a call' })
    const transfer = this.publish(subject, payload, request)
    await this.#options.nc.flush()
    await transfer?.done
    transfer?.end()
  }

  cancel(id: string): void {
    const { nc, pipeline, inFlight } = this.#options
    void inFlight.connected({ what: 'cancelling' }).then(() => {
      if (!nc.isClosed()) nc.publish(subjects.cancel(pipeline), id)
    })
  }
}
