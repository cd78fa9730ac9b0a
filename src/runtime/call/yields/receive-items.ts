import type { Msg } from '@nats-io/transport-node'
import { DaffiError } from '../../core/errors.js'
import { StreamReceiver } from '../../stream/index.js'
import type { Target } from '../api/pending-call.js'
import type { CallerContext } from '../caller/caller-context.js'
import { notYielding } from '../invoke/yielding.js'
import { decodeReply } from '../wire/encoding.js'
import { HEADER, isNoRespondersReply } from '../wire/headers.js'
import { SHUTDOWN_GRACE_MS } from '../wire/timing.js'
import type { UnbufferedChannel } from './unbuffered-channel.js'

/**
 * Sends the items of a callback of another node into the channel. They come by a stream that has the call's id; the
 * reply to the call comes after the last of them.
 * @returns a function that ends the stream, and stops the callback if it has not ended
 */
export function receiveItems(
  target: Target,
  payload: Uint8Array,
  channel: UnbufferedChannel,
  { nc, ports, replies, inFlight, requests }: CallerContext,
): () => Promise<void> {
  let answered = false
  const { id, reply, end } = replies.expect((message) => {
    answered = true
    channel.end(endOf(message, target.callback))
  })
  const admit = () => ({ deliver: (item: unknown) => channel.send(item), borrow: false })
  const receiver = new StreamReceiver({ nc, ports, admit, stream: id })
  const unwatch = inFlight.watch({ ...target, id, onLost: (error) => channel.end({ error }) })
  const items = ports.self.incarnation
  const transfer = requests.publish(requests.subjectOf(target), payload, { id, reply, delayMs: 0, items })
  return async () => {
    if (!answered) requests.cancel(id)
    unwatch()
    transfer?.end()
    end()
    await receiver.close(SHUTDOWN_GRACE_MS)
  }
}

function endOf(message: Msg, callback: string): { error?: unknown } {
  if (isNoRespondersReply(message)) {
    return { error: new DaffiError('DAFFI_NODE_DIED', `"${callback}": the node that offered it is gone`) }
  }
  try {
    decodeReply(message, message.data)
    return message.headers?.has(HEADER.items) ? {} : { error: notYielding(callback) }
  } catch (error) {
    return { error }
  }
}
