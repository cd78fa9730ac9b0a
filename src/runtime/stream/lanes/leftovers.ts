import { hostname } from 'node:os'
import { jetstreamManager, type StreamInfo } from '@nats-io/jetstream'
import { isAlive } from '../../core/is-alive.js'
import { streamSubject } from '../protocol/messages.js'
import type { StreamPorts } from '../protocol/ports.js'

/** Age below which a stream is left alone: its writer may have joined a moment ago. */
const MIN_AGE_MS = 5000

/** The writer of a lane, as the metadata of its JetStream stream describe it. */
interface LaneOwner {
  name: string
  incarnation: string
  host: string
  pid: number
}

/** Metadata by which others can tell whether a lane's writer lives. */
export function ownerMetadata({ self }: Pick<StreamPorts, 'self'>): Record<string, string> {
  return {
    daffi_writer: self.name,
    daffi_incarnation: self.incarnation,
    daffi_host: hostname(),
    daffi_pid: String(process.pid),
  }
}

/**
 * Deletes the JetStream streams of lanes whose writers are gone: killed, so that they could not do it themselves. A writer is
 * gone when its process on this host is, or it is no node of the pipeline; and when it does not answer.
 */
export async function removeLeftovers(ports: StreamPorts): Promise<void> {
  const { bulk } = await ports.connections()
  const jsm = await jetstreamManager(bulk.nc, { checkAPI: false })
  for await (const { config, created } of jsm.streams.list(
    streamSubject(ports.pipeline, '*', 'data') + '.*',
  )) {
    const owner = ownerOf(config)
    if (!owner || owner.incarnation === ports.self.incarnation) continue
    const age = Date.now() - Date.parse(created)
    if (mayLive(owner, age, ports) || (await ports.answers(owner))) continue
    ports.log.debug(`deleting ${config.name}, which ${owner.name} has left behind`)
    await jsm.streams.delete(config.name).catch(() => false)
  }
}

/** Whether the writer may live: of a process of this host the kernel knows, of another one the pipeline. */
function mayLive({ incarnation, host, pid }: LaneOwner, ageMs: number, { peers }: StreamPorts): boolean {
  return host === hostname() ? isAlive(pid) : peers.has(incarnation) || ageMs < MIN_AGE_MS
}

function ownerOf({ metadata }: StreamInfo['config']): LaneOwner | undefined {
  const { daffi_writer: name, daffi_incarnation: incarnation, daffi_host: host, daffi_pid } = metadata ?? {}
  const pid = Number(daffi_pid)
  if (!name || !incarnation || !host || !Number.isInteger(pid)) return undefined
  return { name, incarnation, host, pid }
}
