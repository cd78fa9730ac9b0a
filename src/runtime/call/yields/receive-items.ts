import type { Msg, NatsConnection } from '@nats-io/transport-node'
import { DaffiError } from '../../core/errors.js'
import { Reception, type StreamPorts } from '../../stream/index.js'
import type { InFlight } from '../in-flight.js'
import type { Target } from '../pending-call.js'
import type { Replies } from '../replies.js'
import { decodeReply, HEADER, isNoResponders } from '../wire.js'
import type { Handover } from './handover.js'
import { notYielding } from './yielding.js'

interface ReceiveOptions {
  nc: NatsConnection
  ports: StreamPorts
  replies: Replies
  inFlight: InFlight
  target: Target
  handover: Handover
  /** Sends the request; undone when the items are had. */
  publish: (id: string, reply: string) => () => void
  /** Gives the call up. */
  cancel: (id: string) => void
}

/**
 * Hands over what a callback of another node yields: the items come by a stream that has the call's id, and its answer
 * after the last of them. What it gives back ends it, and stops the callback if that is not done.
 */
export function receiveItems(options: ReceiveOptions): () => Promise<void> {
  const { nc, ports, replies, inFlight, target, handover, publish, cancel } = options
  let answered = false
  const { id, reply, end } = replies.expect((message) => {
    answered = true
    handover.end(endOf(message, target.callback))
  })
  const admit = () => ({ deliver: (item: unknown) => handover.give(item), borrow: false })
  const reception = new Reception(nc, ports, admit, id)
  const unwatch = inFlight.watch({ ...target, id }, (error) => handover.end({ error }))
  const unpublish = publish(id, reply)
  return async () => {
    if (!answered) cancel(id)
    unwatch()
    unpublish()
    end()
    await reception.close()
  }
}

function endOf(message: Msg, callback: string): { error?: unknown } {
  if (isNoResponders(message)) {
    return { error: new DaffiError('DAFFI_NODE_DIED', `"${callback}": the node that offered it is gone`) }
  }
  try {
    decodeReply(message, message.data)
    return message.headers?.has(HEADER.items) ? {} : { error: notYielding(callback) }
  } catch (error) {
    return { error }
  }
}
