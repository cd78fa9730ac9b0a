import { streamSubject, type Open } from '../protocol/messages.js'
import type { StreamPorts } from '../protocol/ports.js'
import { CopyReader } from './copy-reader.js'
import { JetStreamLaneReader } from './jetstream-reader.js'
import type { LaneReader } from './lane.js'
import { ShmLaneReader } from './shm/shm-reader.js'

/** Opens a receiver's lane: through shared memory where the writer's can be mapped, else through the server. */
export async function openLaneReader(open: Open, ports: StreamPorts): Promise<LaneReader> {
  const copies = async (): Promise<CopyReader> =>
    new CopyReader((await ports.connections()).bulk, ports.pipeline, open.id)
  const shared = open.shm && (await ShmLaneReader.open(open.shm, { pins: true, copies }))
  if (shared) return shared
  const { bulk } = await ports.connections()
  const subject = `${streamSubject(ports.pipeline, open.id, 'data')}.*`
  return new JetStreamLaneReader(bulk, { subject, all: open.delivery === 'lossless' && !open.share })
}
