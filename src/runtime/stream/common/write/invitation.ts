import type { Open, OrderedOpen } from '../../protocol/messages.js'
import type { Peer, StreamContext, StreamOptions } from '../../protocol/ports.js'

/** The message that invites receivers to the stream. */
export function invitation(
  { id, options, ports }: StreamContext,
  session: Pick<Open, 'shm' | 'to' | 'durable'>,
): Open {
  const { call, source, as, letter, delivery, buffer, onError, retry, yields, share } = options
  const order = orderOf(options)
  const { name: from, incarnation } = ports.self
  return {
    id,
    call,
    from,
    incarnation,
    source,
    ...(as === undefined ? {} : { as }),
    ...(letter === undefined ? {} : { letter }),
    delivery,
    buffer,
    onError,
    retry,
    yields,
    share,
    ...(order && { order }),
    ...session,
  }
}

/** Order that receivers put results in; undefined for a source's own items, which are in order. */
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
