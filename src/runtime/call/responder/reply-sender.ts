import type { Msg, MsgHdrs, NatsConnection } from '@nats-io/transport-node'
import { encode } from '../../codec/index.js'
import { DaffiError } from '../../core/errors.js'
import { bounded } from '../../core/timeout.js'
import { payloadLimit } from '../../nats/index.js'
import type { Abort } from '../api/context.js'
import { remoteFields } from '../api/remote-error.js'
import type { PeerTable } from '../presence/peer-table.js'
import { encodeReply } from '../wire/encoding.js'
import { errorHeaders, HEADER, itemsHeaders, receiptHeaders, replyHeaders } from '../wire/headers.js'
import type { PayloadTransfers } from '../wire/payload-transfer.js'
import type { SendWindow } from '../wire/send-window.js'

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

  constructor(options: ReplySenderOptions) {
    this.#options = options
  }

  /** Tells the caller that this node has a call whose result it does not want. */
  sendReceipt(message: Msg): void {
    message.respond(undefined, { headers: receiptHeaders(this.#options.node) })
  }

  /** Tells the caller that it has had all items. */
  sendItemsEnd(message: Msg): void {
    message.respond(encodeReply(null, false), { headers: itemsHeaders(this.#options.node) })
  }

  /**
   * Sends a result. @returns a promise when it still needs this process: it waits for room, or is large and fetched
   * @throws DaffiError DAFFI_UNSENDABLE, DAFFI_TOO_LARGE
   */
  sendValue(
    message: Msg,
    value: unknown,
    { json, abort }: { json: boolean; abort: Abort },
  ): Promise<void> | undefined {
    const { nc, node, payloads } = this.#options
    const payload = encodeReply(value, json)
    const headers = replyHeaders(node)
    if (isDaffi(message) && payloads.isLarge(payload))
      return this.#sendLarge(message, payload, { headers, abort })
    const limit = payloadLimit(nc)
    // A client that is not daffi's cannot fetch the parts of a large value.
    if (payload.length > limit) {
      throw new DaffiError(
        'DAFFI_TOO_LARGE',
        `the result has ${payload.length} bytes; a message of this server has at most ${limit}`,
      )
    }
    return this.#respond(message, payload, headers)
  }

  async sendError(message: Msg, error: unknown, json: boolean): Promise<void> {
    const fields = remoteFields(error, this.#options.node)
    const payload = json ? Buffer.from(JSON.stringify(fields)) : encode(fields)
    await this.#respond(message, payload, errorHeaders(this.#options.node, fields))
  }

  async #sendLarge(
    message: Msg,
    payload: Uint8Array,
    { headers, abort }: { headers: MsgHdrs; abort: Abort },
  ): Promise<void> {
    const transfer = this.#options.payloads.announce(payload, headers)
    try {
      message.respond(undefined, { headers })
      await bounded(transfer.done, { signal: abort.signal, what: 'sending a result' })
    } finally {
      transfer.end()
    }
  }

  /** Responds when there is room on the way to the caller, if that is a node. Others have room for what they ask for. */
  #respond(message: Msg, payload: Uint8Array, headers: MsgHdrs): Promise<void> | undefined {
    const { peers, window } = this.#options
    const from = message.headers?.get(HEADER.from)
    const isNode = from !== undefined && isDaffi(message) && peers.get(from) !== undefined
    const respond = (): void => {
      message.respond(payload, { headers })
      if (isNode) window.published(from)
    }
    const waiting = isNode ? window.enter(from, payload) : undefined
    if (waiting) return waiting.then(respond)
    respond()
    return undefined
  }
}

/** Whether the caller is a node, which gives each call an id, and not another client. */
function isDaffi({ headers }: Msg): boolean {
  return Boolean(headers?.get(HEADER.call))
}
