import type { Open } from '../../protocol/messages.js'
import type { StreamContext } from '../../protocol/ports.js'

/** The message that invites receivers to the stream. */
export function invitation(
  { id, options, ports }: StreamContext,
  session: Pick<Open, 'shm' | 'to' | 'durable'>,
): Open {
  const { call, delivery, buffer, onError, retry, yields, share } = options
  const { name: from, incarnation } = ports.self
  return { id, call, from, incarnation, delivery, buffer, onError, retry, yields, share, ...session }
}
