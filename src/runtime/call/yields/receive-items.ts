import { nuid } from '@nats-io/transport-node'
import { DaffiError } from '../../core/errors.js'
import { StreamReceiver } from '../../stream/index.js'
import type { Target } from '../api/pending-call.js'
import type { CallerContext } from '../caller/caller-context.js'
import { Cancellation } from '../caller/cancellation.js'
import { nobodyThere } from '../caller/node-died.js'
import type { Reply } from '../caller/outgoing-calls.js'
import { notYielding } from '../invoke/yielding.js'
import { decodeReply } from '../wire/encoding.js'
import { HEADER, headerOf } from '../wire/headers.js'
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
  { nc, ports, outgoing }: CallerContext,
): () => Promise<void> {
  const id = nuid.next()
  const cancellation = new Cancellation()
  const admit = () => ({ deliver: (item: unknown) => channel.send(item), borrow: false })
  const receiver = new StreamReceiver({ nc, ports, admit, stream: id })
  const items = ports.self.incarnation
  outgoing.send({ target, payload, id, items, delayMs: 0, cancellation }).then(
    (reply) => channel.end(endOf(reply, target.callback)),
    (error: unknown) => channel.end({ error }),
  )
  return async () => {
    cancellation.cancel(new DaffiError('DAFFI_ABORTED', `"${target.callback}": no more items are wanted`))
    await receiver.close(SHUTDOWN_GRACE_MS)
  }
}

function endOf(reply: Reply | undefined, callback: string): { error?: unknown } {
  if (!reply) return { error: nobodyThere(`"${callback}"`) }
  const { message, payload } = reply
  try {
    decodeReply(message, payload)
    return headerOf(message, HEADER.items) !== undefined ? {} : { error: notYielding(callback) }
  } catch (error) {
    return { error }
  }
}
