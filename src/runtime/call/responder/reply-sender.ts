import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node'
import { encode } from '../../codec/index.js'
import { DaffiError } from '../../core/errors.js'
import { bounded } from '../../core/timeout.js'
import { payloadLimit } from '../../nats/index.js'
import type { Abort } from '../api/context.js'
import { ERROR_LIMITS, remoteFields } from '../api/remote-error.js'
import type { CallMessage } from '../channels/call-channel.js'
import type { PeerTable } from '../presence/peer-table.js'
import { encodeReply } from '../wire/encoding.js'
import {
  errorHeaders,
  itemsHeaders,
  partsHeaders,
  receiptHeaders,
  replyHeaders,
  waitsHeaders,
} from '../wire/headers.js'
import type { PayloadTransfers } from '../wire/payload-transfer.js'
import type { SendWindow } from '../wire/send-window.js'
import type { IncomingCall } from './incoming-call.js'

interface ReplySenderOptions {
  nc: NatsConnection
  node: string
  peers: PeerTable
  payloads: PayloadTransfers
  window: SendWindow
}

/** Sends the replies to calls. */
export class ReplySender {
  readonly #options: ReplySenderOptions
  /** Headers of a result for a client that is no node. */
  readonly #headers: MsgHdrs

  constructor(options: ReplySenderOptions) {
    this.#options = options
    this.#headers = replyHeaders(options.node)
  }

  /** Tells the caller that this node has a call whose result it does not want. */
  sendReceipt(message: CallMessage): void {
    message.respond(undefined, { headers: receiptHeaders(this.#options.node) })
  }

  /** Tells the caller, who goes on waiting, that its call waits for the rate of its callback. */
  sendWaits(message: CallMessage, rate: string): void {
    message.respond(undefined, { headers: waitsHeaders(this.#options.node, rate) })
  }

  /** Tells the caller that it has had all items. */
  sendItemsEnd(message: CallMessage): void {
    message.respond(encodeReply(null, false), { headers: itemsHeaders(this.#options.node) })
  }

  /**
   * Sends a result. @returns a promise when it still needs this process: it waits for room, or is large and fetched
   * @throws DaffiError DAFFI_UNSENDABLE, DAFFI_TOO_LARGE
   */
  sendValue(
    call: IncomingCall,
    value: unknown,
    { json, abort }: { json: boolean; abort: Abort },
  ): Promise<void> | undefined {
    const { nc, payloads } = this.#options
    const payload = encodeReply(value, json)
    const isDaffi = call.id !== undefined
    if (isDaffi && payloads.isLarge(payload)) return this.#sendLarge(call.message, payload, abort)
    const limit = payloadLimit(nc)
    // A client that is not daffi's cannot fetch the parts of a large value.
    if (payload.length > limit) {
      throw new DaffiError(
        'DAFFI_TOO_LARGE',
        `the result has ${payload.length} bytes; a message of this server has at most ${limit}`,
      )
    }
    // A node knows whom it has asked.
    return this.#respond(call, payload, isDaffi ? undefined : this.#headers)
  }

  async sendError(call: IncomingCall, error: unknown, json: boolean): Promise<void> {
    const { nc, node } = this.#options
    for (const limits of ERROR_LIMITS) {
      const fields = remoteFields(error, node, limits)
      const payload = json ? Buffer.from(JSON.stringify(fields)) : encode(fields)
      if (payload.length > payloadLimit(nc)) continue
      await this.#respond(call, payload, errorHeaders(node, fields))
      return
    }
  }

  async #sendLarge(message: CallMessage, payload: Uint8Array, abort: Abort): Promise<void> {
    const transfer = this.#options.payloads.announce(payload, message.channel)
    const headers = partsHeaders(this.#options.node, transfer.parts)
    try {
      message.respond(undefined, { headers })
      await bounded(transfer.done, { signal: abort.signal, what: 'sending a result' })
    } finally {
      transfer.end()
    }
  }

  /** Responds when there is room on the way to the caller, if that is a node. Others have room for what they ask for. */
  #respond(
    { message, id, from }: IncomingCall,
    payload: Uint8Array,
    headers: MsgHdrs | undefined,
  ): Promise<void> | undefined {
    const { peers, window } = this.#options
    const isNode = id !== undefined && from !== undefined && peers.get(from) !== undefined
    const node = isNode ? from : undefined
    const waiting = node === undefined ? undefined : window.enter(node, payload)
    if (waiting) return waiting.then(() => this.#publish(message, payload, { headers, node }))
    this.#publish(message, payload, { headers, node })
    return undefined
  }

  #publish(
    message: CallMessage,
    payload: Uint8Array,
    { headers, node }: { headers: MsgHdrs | undefined; node: string | undefined },
  ): void {
    message.respond(payload, headers && { headers })
    if (node !== undefined) this.#options.window.published(node)
  }
}
