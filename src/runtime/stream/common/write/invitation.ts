import type { Open } from '../../protocol/messages.js'
import type { StreamOptions, StreamPorts } from '../../protocol/ports.js'

interface InvitationOptions extends Pick<Open, 'id' | 'shm' | 'to' | 'durable'> {
  options: StreamOptions
  ports: StreamPorts
}

/** What a stream's writer invites with. */
export function invitation({ options, ports, ...session }: InvitationOptions): Open {
  const { call, delivery, buffer, onError, retry, yields, share } = options
  const { name: from, incarnation } = ports.self
  return { call, from, incarnation, delivery, buffer, onError, retry, yields, share, ...session }
}
