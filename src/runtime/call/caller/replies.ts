import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node'
import type { DaffiError } from '../../core/errors.js'
import { rateOf } from '../../core/stream/rate.js'
import { isNoRespondersReply, listen, newInbox } from '../../nats/index.js'
import type { CallChannel } from '../channels/call-channel.js'
import type { ChannelResponse, Headers, Refusal } from '../channels/head.js'
import type { PeerRecord } from '../presence/peer-record.js'
import { HEADER, headerOf } from '../wire/headers.js'
import { replyPrefix } from '../wire/reply-subject.js'
import type { Cancellation } from './cancellation.js'

/** A reply, whichever way it came. */
export interface ReplyMessage {
  headers?: Headers | undefined
  data: Uint8Array
}

/** Why a node does not take a call; `refused`: the server says that it has not subscribed. */
export type NotTaken = Refusal | 'refused'

/** A call whose reply has not come. */
export interface AwaitedCall {
  id: string
  callback: string
  /** Only node that may have it, if it was sent to a named one. */
  to: string | undefined
  /** Node to which it was sent, which may have passed it on if no node was named. */
  peer: PeerRecord
  /** Channel over which it was sent, until that closes: as long as it is open, the call is not lost. */
  channel: CallChannel | undefined
  /** Number of times at which those who look after calls have seen it wait. */
  looks: number
  /** Called with the only reply, or why the node does not take the call. */
  onReply: (reply: ReplyMessage | NotTaken) => void
  /** Told when the node that has it says that it waits for a rate. */
  cancellation: Pick<Cancellation, 'waitsFor'>
  /** Called once no node has the call any more, or the connection to the server is lost. */
  onLost: (error: DaffiError) => void
}

/** One inbox for the replies to all calls, so that a call can be given up at any moment and leave nothing behind. */
export class Replies {
  readonly #prefix: string
  readonly #awaited = new Map<string, AwaitedCall>()
  readonly #subscription: Subscription

  /** @param node name of this node */
  constructor(nc: NatsConnection, node: string) {
    this.#prefix = replyPrefix(newInbox(nc), node)
    this.#subscription = listen(nc, `${this.#prefix}*`, (message) => this.#onMessage(message))
  }

  /** The calls that wait for their replies. */
  get awaited(): AwaitedCall[] {
    return [...this.#awaited.values()]
  }

  isAwaited(call: AwaitedCall): boolean {
    return this.#awaited.get(call.id) === call
  }

  /** Waits for the only reply to a call, until `forget`. @returns the reply subject */
  expect(call: AwaitedCall): string {
    this.#awaited.set(call.id, call)
    return `${this.#prefix}${call.id}`
  }

  forget({ id }: AwaitedCall): void {
    this.#awaited.delete(id)
  }

  close(): void {
    this.#subscription.unsubscribe()
    this.#awaited.clear()
  }

  /** Takes the response to a call that was sent over a channel. */
  onResponse(id: string, { refusal, headers, data }: ChannelResponse, channel: CallChannel): void {
    const call = this.#awaited.get(id)
    if (call?.channel === channel) this.#onReply(call, refusal ?? { headers, data })
  }

  #onMessage(message: Msg): void {
    const call = this.#awaited.get(message.subject.slice(this.#prefix.length))
    if (call) this.#onReply(call, isNoRespondersReply(message) ? 'refused' : message)
  }

  #onReply(call: AwaitedCall, reply: ReplyMessage | NotTaken): void {
    // Such a note has no payload, as few replies have none.
    const isNote = typeof reply !== 'string' && reply.data.length === 0
    const rate = isNote ? rateOf(headerOf(reply, HEADER.waits)) : undefined
    if (rate) {
      call.cancellation.waitsFor(rate)
      return
    }
    this.#awaited.delete(call.id)
    call.onReply(reply)
  }
}
