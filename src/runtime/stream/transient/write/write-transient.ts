import { randomId } from '../../../core/names.js'
import type { StreamSummary } from '../../../core/plan/summary.js'
import type { Items } from '../../common/write/feed.js'
import { ShmLaneWriter } from '../../lanes/shm/shm-writer.js'
import type { Peer, StreamOptions, StreamPorts } from '../../protocol/ports.js'
import { StreamWriter } from './stream-writer.js'

/**
 * Streams the items live or lossless, and resolves when every receiver is done.
 * @param id of the stream; a random one by default
 * @throws StreamError
 */
export async function writeTransient(
  items: Items,
  options: StreamOptions,
  ports: StreamPorts,
  invited: readonly Peer[],
  id = randomId(),
): Promise<StreamSummary> {
  const { shm: limit, delivery } = options
  const connections = await ports.connections()
  const shm = limit ? await ShmLaneWriter.open(limit.bytes, delivery === 'live') : undefined
  return await new StreamWriter({ id, options, ports, connections }, shm).run(items, invited)
}
