import type { NatsConnection } from '@nats-io/transport-node'
import { removeSocket } from '../../unix/index.js'
import { NameRegistry } from './name-registry.js'
import { presenceSubject, type Goodbye, type PeerRecord } from './peer-record.js'

const GRACE_MS = 1000

interface DyingNode {
  nc: NatsConnection
  pipeline: string
  record: PeerRecord
  /** Subjects to publish on. */
  lastWills: ReadonlySet<string>
}

/** Ends this process, whose parent is gone, after the node's goodbye and its last wills. */
export async function dieWithParent({ nc, pipeline, record, lastWills }: DyingNode): Promise<void> {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE_MS)
  const goodbye: Goodbye = { name: record.name, id: record.incarnation }
  nc.publish(presenceSubject(pipeline, 'goodbye'), JSON.stringify(goodbye))
  if (record.socket) await removeSocket(record.socket.path)
  await new NameRegistry(nc, pipeline).release(record).catch(() => undefined)
  // Published at the very end, since the main loop may still use what the wills delete.
  for (const subject of lastWills) nc.publish(subject)
  await nc.flush().catch(() => undefined)
  process.kill(process.pid, 'SIGKILL')
}
