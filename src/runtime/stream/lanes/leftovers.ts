import { jetstreamManager, type StreamInfo } from '@nats-io/jetstream'
import { streamSubject } from '../protocol/messages.js'
import type { Peer, StreamPorts } from '../protocol/ports.js'

/** Metadata by which others can tell whether a lane's writer lives. */
export function writerMetadata({ name, incarnation }: Peer): Record<string, string> {
  return { daffi_writer: name, daffi_incarnation: incarnation }
}

/**
 * Deletes the JetStream streams of lanes whose writers are gone: killed, so that they could not do it themselves. A writer is
 * gone when it is no node of the pipeline, and has no connection.
 */
export async function removeLeftovers(ports: StreamPorts): Promise<void> {
  const { bulk } = await ports.connections()
  const { streams } = await jetstreamManager(bulk.nc, { checkAPI: false })
  for await (const { config } of streams.list(streamSubject(ports.pipeline, '*', 'data') + '.*')) {
    const writer = writerOf(config)
    if (!writer || ports.peers.has(writer.incarnation) || (await ports.answers(writer))) continue
    ports.log.debug(`deleting ${config.name}, which ${writer.name} has left behind`)
    await streams.delete(config.name).catch(() => false)
  }
}

function writerOf({ metadata }: StreamInfo['config']): Peer | undefined {
  const { daffi_writer: name, daffi_incarnation: incarnation } = metadata ?? {}
  return name && incarnation ? { name, incarnation } : undefined
}
