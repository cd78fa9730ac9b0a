import { headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node'
import type { CallMessage } from '../channels/call-channel.js'
import type { PeerTable } from '../presence/peer-table.js'
import { HEADER } from '../wire/headers.js'
import type { SendWindow } from '../wire/send-window.js'
import { subjects } from '../wire/subjects.js'
import type { IncomingCall } from './incoming-call.js'

/** Number of nodes that pass a call on; the next one keeps it. */
const MAX_PASSES = 3

interface CallPassingOptions {
  nc: NatsConnection
  pipeline: string
  node: string
  peers: PeerTable
  window: SendWindow
}

/** Passes calls on that would have to wait here, to nodes that may be free. */
export class CallPassing {
  readonly #options: CallPassingOptions
  #turn = 0

  constructor(options: CallPassingOptions) {
    this.#options = options
  }

  /**
   * Passes a call on as it is, so that its answer goes to the caller, or, over a channel, has the caller send it to another node.
   * @returns whether another node gets it
   */
  pass({ message, callback, from, passed }: IncomingCall): boolean {
    const { nc, pipeline, node, peers, window } = this.#options
    if (passed.length >= MAX_PASSES) return false
    const without = [node, ...passed, from]
    const others = peers
      .offering(callback)
      .filter(({ name, incarnation }) => !without.includes(name) && !peers.isSuspected(incarnation))
      .filter(({ name }) => window.hasRoom(name, message.data))
    const other = others[this.#turn++ % others.length]
    if (!other) return false
    if (message.refuse) {
      message.refuse('full')
      return true
    }
    window.add(other.name, message.data)
    nc.publish(subjects.anyCall(pipeline, other.name, callback), message.data, {
      headers: withPassed(message, [...passed, node]),
      ...(message.reply === undefined ? {} : { reply: message.reply }),
    })
    window.published(other.name)
    return true
  }
}

function withPassed(message: CallMessage, passed: string[]): MsgHdrs {
  const head = headers()
  for (const [key, values] of message.headers ?? []) for (const value of values) head.append(key, value)
  head.set(HEADER.passed, passed.join(' '))
  return head
}
