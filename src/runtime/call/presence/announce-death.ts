import type { NatsConnection } from '@nats-io/transport-node'
import { NameRegistry } from './name-registry.js'
import { presenceSubject, type Goodbye } from './peer-record.js'

/** A node whose process has died, as its supervisor knows it. */
export interface Death {
  name: string
  incarnation: string
  /** Whether the supervisor starts the node again. */
  returns: boolean
}

/**
 * Announces the death of a child process that published no goodbye: its peers learn of it at once, and its name is free
 * unless another process has taken it.
 */
export async function announceDeath(
  nc: NatsConnection,
  pipeline: string,
  { name, incarnation: id, returns }: Death,
): Promise<void> {
  const last = await new NameRegistry(nc, pipeline).release({ name, incarnation: id })
  const goodbye: Goodbye = { name, id, died: true, returns, last }
  nc.publish(presenceSubject(pipeline, 'goodbye'), JSON.stringify(goodbye))
  await nc.flush()
}
