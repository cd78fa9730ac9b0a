import { nuid, type NatsConnection } from '@nats-io/transport-node'
import { deferred } from '../../core/deferred.js'
import { bounded } from '../../core/timeout.js'
import type { CallChannels } from '../channels/call-channels.js'
import type { PeerRecord } from '../presence/peer-record.js'
import type { Tracer } from '../trace/tracer.js'
import { HEADER, headerOf, requestHeaders } from '../wire/headers.js'
import type { PayloadTransfer, PayloadTransfers } from '../wire/payload-transfer.js'
import type { SendWindow } from '../wire/send-window.js'
import { subjects } from '../wire/subjects.js'
import type { Cancellation } from './cancellation.js'
import type { InFlight } from './in-flight.js'
import type { AwaitedCall, NotTaken, Replies, ReplyMessage } from './replies.js'
import { NOBODY, type Choice, type Route, type Router } from './router.js'

interface OutgoingOptions {
  nc: NatsConnection
  pipeline: string
  node: string
  payloads: PayloadTransfers
  inFlight: InFlight
  replies: Replies
  router: Router
  window: SendWindow
  tracer: Tracer | undefined
  channels: CallChannels | undefined
}

/** A call that is sent to another node. */
export interface OutgoingCall extends Omit<Route, 'refused' | 'absent' | 'full'> {
  /** Id by which it can be cancelled. @default a new one */
  id?: string
  delayMs: number
  /** The caller's incarnation, when it wants the items of a callback that yields. */
  items?: string
  /** Whether only a receipt is wanted, and no result. @default false */
  receipt?: boolean
  /** Called when the request is sent, and nothing is left but to wait for the answer. */
  onSent?: (() => void) | undefined
}

/** A reply, and its payload, which was fetched if it was large. */
export interface Reply {
  message: ReplyMessage
  payload: Uint8Array
}

/** Sends this node's calls to others, and waits for their replies. */
export class OutgoingCalls {
  readonly #options: OutgoingOptions

  constructor(options: OutgoingOptions) {
    this.#options = options
  }

  /**
   * Sends a call to one of the nodes that offer its callback, or to the one it names. Rejects as soon as the call is
   * cancelled.
   * @returns undefined when no other node is there to take it
   * @throws DaffiError DAFFI_NODE_DIED, DAFFI_SERVER_LOST, DAFFI_BUSY; the reason of the cancellation
   */
  async send(call: OutgoingCall): Promise<Reply | undefined> {
    const { router, replies } = this.#options
    const { target, payload, busy, cancellation, id = nuid.next() } = call
    const { callback, to } = target
    const route: Route = { target, payload, busy, cancellation, refused: NOBODY, absent: NOBODY, full: [] }
    for (;;) {
      cancellation.throwIfCancelled()
      const choosing = router.choose(route)
      const choice = choosing instanceof Promise ? await choosing : choosing
      if (!choice) return undefined
      const { peer, channel } = choice
      const { promise, resolve, reject } = deferred<ReplyMessage | NotTaken>()
      const ends = { onReply: resolve, onLost: reject }
      const awaited: AwaitedCall = { id, callback, to, peer, channel, looks: 0, cancellation, ...ends }
      let transfer: PayloadTransfer | undefined
      let isOver = false
      try {
        cancellation.throwIfCancelled()
        cancellation.listen(reject)
        transfer = this.#publish(call, route, choice, { id, reply: replies.expect(awaited) })
        call.onSent?.()
        const message = await promise
        if (typeof message === 'string') {
          isOver = true
          pass(route, peer, message)
          continue
        }
        const parts = headerOf(message, HEADER.parts)
        const bytes =
          parts === undefined
            ? message.data
            : await this.#fetch(parts, { peer, channel }, message, cancellation)
        isOver = true
        return { message, payload: bytes }
      } finally {
        cancellation.listen(undefined)
        replies.forget(awaited)
        transfer?.end()
        choice.end()
        if (!isOver) this.#cancel(id, choice)
      }
    }
  }

  #publish(
    call: OutgoingCall,
    { full }: Route,
    choice: Choice,
    { id, reply }: { id: string; reply: string },
  ): PayloadTransfer | undefined {
    const { nc, pipeline, payloads, window, tracer } = this.#options
    const { delayMs, items, receipt, payload, target } = call
    const { callback, to } = target
    const { channel, peer } = choice
    const { name } = peer
    const transfer = payloads.isLarge(payload) ? payloads.announce(payload, channel) : undefined
    const trace = tracer?.traceparent
    const passed = full.length > 0 ? full.join(' ') : undefined
    const headers = requestHeaders({ delayMs, items, receipt, trace, parts: transfer?.parts, passed })
    const data = transfer ? new Uint8Array() : payload
    // A node that had no turn keeps it now, since no other is there.
    const isFinal = to !== undefined || full.includes(name)
    if (channel) channel.send({ subject: `${isFinal ? 'call' : 'any'}.${callback}`, id, headers, data })
    else {
      const subject = isFinal ? subjects.nodeCall : subjects.anyCall
      nc.publish(subject(pipeline, name, callback), data, headers ? { headers, reply } : { reply })
    }
    if (transfer) void transfer.done.then(() => choice.fetched())
    else window.published(name)
    return transfer
  }

  async #fetch(
    parts: string,
    { peer, channel }: Pick<Choice, 'peer' | 'channel'>,
    message: ReplyMessage,
    { signal }: Cancellation,
  ): Promise<Uint8Array> {
    const node = channel ? peer.name : headerOf(message, HEADER.node)
    const fetching = this.#options.payloads.fetch(parts, { node, channel }, signal)
    return await bounded(fetching, { signal, what: 'fetching a result' })
  }

  #cancel(id: string, { peer, channel }: Choice): void {
    const { nc, pipeline, inFlight, channels } = this.#options
    // Over the channel, if there is one by now: the stream of a callback that yields speaks over it, and must not be first.
    const now = channel ?? channels?.to(peer)
    if (now?.isOpen) now.tell('cancel', id)
    if (channel?.isOpen) return
    const publish = (): void => {
      if (!nc.isClosed()) nc.publish(subjects.cancel(pipeline), id)
    }
    if (inFlight.isConnected) publish()
    else void inFlight.connected({ what: 'cancelling' }).then(publish)
  }
}

/** Notes that a node does not take a call, so that it goes to another one, or another way. */
function pass(route: Route, { name, incarnation }: PeerRecord, why: NotTaken): void {
  if (why === 'full') route.full = [...route.full, name]
  else if (why === 'absent') route.absent = new Set([...route.absent, incarnation])
  else route.refused = new Set([...route.refused, incarnation])
}
