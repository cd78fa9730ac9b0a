import type { Open, OrderedOpen } from '../../protocol/messages.js'
import type { Peer, StreamContext, StreamOptions } from '../../protocol/ports.js'

/** The message that invites receivers to the stream. */
export function invitation(
  { id, options, ports }: StreamContext,
  session: Pick<Open, 'shm' | 'to' | 'durable'>,
): Open {
  const { call, source, delivery, buffer, onError, retry, yields, share } = options
  const order = orderOf(options)
  const { name: from, incarnation } = ports.self
  const stream = { id, call, from, incarnation, source, delivery, buffer, onError, retry, yields, share }
  return { ...stream, ...(order && { order }), ...session }
}

/** What receivers need to know to put results in order. A source's own items are. */
function orderOf({ order, resultsOf, window, late, delivery }: StreamOptions): OrderedOpen | undefined {
  if (order === undefined || resultsOf === undefined) return undefined
  return { of: resultsOf, ...window, late: late ?? (delivery === 'live' ? 'skip' : 'wait') }
}

/** Whether the stream is for this node: it offers the callback, and no other node was asked for. */
export function isReceiver(
  { call, to }: Pick<StreamOptions, 'call' | 'to'>,
  { name, callbacks }: Peer & { callbacks: Record<string, unknown> },
): boolean {
  return Object.hasOwn(callbacks, call) && (to === undefined || to === name)
}
