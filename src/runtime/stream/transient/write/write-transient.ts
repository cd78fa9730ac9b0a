import { MIB } from '../../../core/bytes.js'
import { randomId } from '../../../core/names.js'
import type { StreamSummary } from '../../../core/plan/summary.js'
import { bounded } from '../../../core/timeout.js'
import type { Items } from '../../common/write/feed.js'
import { JetStreamLaneWriter, WINDOW } from '../../lanes/jetstream-writer.js'
import { ShmLaneWriter } from '../../lanes/shm/shm-writer.js'
import type { Peer, StreamOptions, StreamPorts } from '../../protocol/ports.js'
import type { OpenLane } from './lane-set.js'
import { StreamWriter } from './stream-writer.js'

/**
 * Bytes that the server keeps. Lossless: the window, which is the most that can be unread, and some room to spare.
 * Live: receivers may come late.
 */
const KEPT_BYTES = { lossless: WINDOW + 8 * MIB, live: 128 * MIB }

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
  const { call, delivery, signal } = options
  const live = delivery === 'live'
  // They are waited for while the server is away.
  const connections = await bounded(ports.connections(), { signal, what: `the stream to "${call}"` })
  const shm = options.shm ? await ShmLaneWriter.open(options.shm.bytes, live) : undefined
  const openLane: OpenLane = async (name, signal) => {
    if (name === 'shm' && shm) return shm
    const bytes = live ? KEPT_BYTES.live : KEPT_BYTES.lossless
    return await JetStreamLaneWriter.open({ ports, connections, id, bytes, renew: live, signal })
  }
  const context = { id, options, ports, connections }
  return await new StreamWriter({ context, shm, openLane }).run(items, invited)
}
