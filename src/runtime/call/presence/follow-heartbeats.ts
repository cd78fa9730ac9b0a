import type { NatsConnection } from '@nats-io/transport-node'
import { parseJson } from '../../core/message/parse-json.js'
import { listen } from '../../nats/index.js'
import { parseHeartbeat, presenceSubject, type Heartbeat } from './peer-record.js'

/** Calls `onHeartbeat` with each heartbeat of the pipeline's nodes, until the connection is closed. */
export function followHeartbeats(
  nc: NatsConnection,
  pipeline: string,
  onHeartbeat: (heartbeat: Heartbeat) => void,
): void {
  listen(nc, presenceSubject(pipeline, 'beat'), ({ data }) => {
    const heartbeat = parseHeartbeat(parseJson(data))
    if (heartbeat) onHeartbeat(heartbeat)
  })
}
