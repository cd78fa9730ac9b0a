import { nuid, type Msg, type NatsConnection } from '@nats-io/transport-node'
import { deferred } from '../../core/deferred.js'
import { bounded } from '../../core/timeout.js'
import { isNoRespondersReply } from '../../nats/index.js'
import type { Tracer } from '../trace/tracer.js'
import { HEADER, headerOf, requestHeaders } from '../wire/headers.js'
import type { PayloadTransfer, PayloadTransfers } from '../wire/payload-transfer.js'
import type { SendWindow } from '../wire/send-window.js'
import { subjects } from '../wire/subjects.js'
import type { Cancellation } from './cancellation.js'
import type { InFlight } from './in-flight.js'
import type { AwaitedCall, Replies } from './replies.js'
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
}

/** A call that is sent to another node. */
export interface OutgoingCall extends Omit<Route, 'refused'> {
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
  message: Msg
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
    const { inFlight, router, replies } = this.#options
    const { target, payload, busy, cancellation, id = nuid.next() } = call
    const { callback, to } = target
    const route: Route = { target, payload, busy, cancellation, refused: NOBODY }
    for (;;) {
      cancellation.throwIfCancelled()
      if (!inFlight.isConnected) {
        await inFlight.connected({ signal: cancellation.signal, what: `"${callback}"` })
      }
      const choosing = router.choose(route)
      const choice = choosing instanceof Promise ? await choosing : choosing
      if (!choice) return undefined
      const { peer } = choice
      const { promise, resolve, reject } = deferred<Msg>()
      const ends = { onReply: resolve, onLost: reject }
      const awaited: AwaitedCall = { id, callback, to, peer, looks: 0, cancellation, ...ends }
      let transfer: PayloadTransfer | undefined
      let isOver = false
      try {
        cancellation.throwIfCancelled()
        cancellation.listen(reject)
        transfer = this.#publish(call, choice, replies.expect(awaited))
        call.onSent?.()
        const message = await promise
        if (isNoRespondersReply(message)) {
          isOver = true
          route.refused = new Set([...route.refused, peer.incarnation])
          continue
        }
        const parts = headerOf(message, HEADER.parts)
        const bytes = parts === undefined ? message.data : await this.#fetch(parts, message, cancellation)
        isOver = true
        return { message, payload: bytes }
      } finally {
        cancellation.listen(undefined)
        replies.forget(awaited)
        transfer?.end()
        choice.end()
        if (!isOver) this.#cancel(id)
      }
    }
  }

  #publish(call: OutgoingCall, choice: Choice, reply: string): PayloadTransfer | undefined {
    const { nc, pipeline, payloads, window, tracer } = this.#options
    const { delayMs, items, receipt, payload, target } = call
    const { name } = choice.peer
    const subject = target.to === undefined ? subjects.anyCall : subjects.nodeCall
    const transfer = payloads.isLarge(payload) ? payloads.announce(payload) : undefined
    const trace = tracer?.traceparent
    const headers = requestHeaders({ delayMs, items, receipt, trace, parts: transfer?.parts })
    const data = transfer ? new Uint8Array() : payload
    nc.publish(subject(pipeline, name, target.callback), data, headers ? { headers, reply } : { reply })
    if (transfer) void transfer.done.then(() => choice.fetched())
    else window.published(name)
    return transfer
  }

  async #fetch(parts: string, message: Msg, { signal }: Cancellation): Promise<Uint8Array> {
    const sender = headerOf(message, HEADER.node)
    const fetching = this.#options.payloads.fetch(parts, sender, signal)
    return await bounded(fetching, { signal, what: 'fetching a result' })
  }

  #cancel(id: string): void {
    const { nc, pipeline, inFlight } = this.#options
    const publish = (): void => {
      if (!nc.isClosed()) nc.publish(subjects.cancel(pipeline), id)
    }
    if (inFlight.isConnected) publish()
    else void inFlight.connected({ what: 'cancelling' }).then(publish)
  }
}
