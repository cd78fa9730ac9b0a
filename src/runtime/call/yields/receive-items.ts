import type { Msg } from '@nats-io/transport-node'
import { DaffiError } from '../../core/errors.js'
import { Reception } from '../../stream/index.js'
import type { Calling } from '../caller/caller-context.js'
import type { Target } from '../api/pending-call.js'
import { decodeReply, HEADER, isNoResponders } from '../wire/messages.js'
import type { Handover } from './unbuffered-channel.js'
import { notYielding } from '../invoke/yielding.js'

/**
 * Hands over what a callback of another node yields: the items come by a stream that has the call's id, and its answer
 * after the last of them. What it gives back ends it, and stops the callback if that is not done.
 */
export function receiveItems(
  target: Target,
  payload: Uint8Array,
  handover: Handover,
  { nc, ports, replies, inFlight, requests }: Calling,
): () => Promise<void> {
  let answered = false
  const { id, reply, end } = replies.expect((message) => {
    answered = true
    handover.end(endOf(message, target.callback))
  })
  const admit = () => ({ deliver: (item: unknown) => handover.give(item), borrow: false })
  const reception = new Reception(nc, ports, admit, id)
  const unwatch = inFlight.watch({ ...target, id, onLost: (error) => handover.end({ error }) })
  const items = ports.self.incarnation
  const offer = requests.publish(requests.subjectOf(target), payload, { id, reply, etaMs: 0, items })
  return async () => {
    if (!answered) requests.cancel(id)
    unwatch()
    offer?.end()
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
