import { hostname } from 'node:os'
import type { NatsConnection } from '@nats-io/transport-node'
import { NameRegistry } from './name-registry.js'
import { presenceSubject, type Goodbye, type PeerRecord } from './peer-record.js'

/**
 * Announces the death of a child process that published no goodbye: its name is free, and its peers learn of it at
 * once.
 */
export async function announceDeath(
  nc: NatsConnection,
  pipeline: string,
  name: string,
  pid: number,
): Promise<void> {
  const isChild = (holder: PeerRecord): boolean => holder.pid === pid && holder.host === hostname()
  const last = await new NameRegistry(nc, pipeline).release(name, isChild)
  const goodbye: Goodbye = { name, last }
  nc.publish(presenceSubject(pipeline, 'goodbye'), JSON.stringify(goodbye))
  await nc.flush()
}
