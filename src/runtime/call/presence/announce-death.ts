import type { NatsConnection } from '@nats-io/transport-node'
import { NameRegistry } from './name-registry.js'
import { presenceSubject, type Goodbye } from './peer-record.js'

/** Death of a node, as its supervisor knows it. */
export interface Death {
  name: string
  incarnation: string
  /** Whether the node is started again. */
  returns: boolean
}

/**
 * Announces the death of a child process that published no goodbye: its name is free, and its peers learn of it at
 * once.
 */
export async function announceDeath(
  nc: NatsConnection,
  pipeline: string,
  { name, incarnation, returns }: Death,
): Promise<void> {
  const last = await new NameRegistry(nc, pipeline).release(
    name,
    (holder) => holder.incarnation === incarnation,
  )
  const goodbye: Goodbye = { name, id: incarnation, last, returns }
  nc.publish(presenceSubject(pipeline, 'goodbye'), JSON.stringify(goodbye))
  await nc.flush()
}
