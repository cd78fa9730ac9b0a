import { DaffiError } from '../core/errors.js'
import { randomId } from '../core/names.js'
import type { StreamSummary } from '../core/summary.js'
import type { Items } from './feed.js'
import { JetStreamLaneWriter } from './lanes/jetstream-writer.js'
import { WINDOW } from './outlet.js'
import type { Peer, StreamOptions, StreamPorts } from './ports.js'
import { StreamWriter } from './writer.js'

const MIB = 1024 * 1024
/** What the lane keeps. Lossless never has more than the window unread; live readers come late. */
const KEEP = { lossless: 2 * WINDOW + 8 * MIB, live: 128 * MIB }

/**
 * Streams the items to every node that offers the callback, and resolves when all of them are done.
 * @throws DaffiError DAFFI_NO_RECEIVER, DAFFI_STREAM_ARITY before the first item; StreamError when the iterable or a receiver failed
 */
export async function writeStream(
  items: Items,
  options: StreamOptions,
  ports: StreamPorts,
): Promise<StreamSummary> {
  const invited = invitees(options, ports)
  const connections = await ports.connections()
  const id = randomId()
  const lane = await JetStreamLaneWriter.open({
    ports,
    connections,
    id,
    bytes: KEEP[options.delivery],
    renew: options.delivery === 'live',
  })
  try {
    return await new StreamWriter({ id, lane, options, ports, connections }).run(items, invited)
  } finally {
    await lane.close()
  }
}

function invitees({ call, to }: StreamOptions, { peers }: StreamPorts): Peer[] {
  const offering = peers.offering(call).filter((peer) => to === undefined || peer.name === to)
  if (offering.length === 0) {
    const where = to === undefined ? '' : ` on node "${to}"`
    throw new DaffiError(
      'DAFFI_NO_RECEIVER',
      `nobody offers "${call}"${where}, so the stream has nowhere to go`,
    )
  }
  for (const { name, arity } of offering) {
    if ((arity.min ?? 1) <= 1 && (arity.max ?? 1) >= 1) continue
    const takes = arity.max === 0 ? 'no argument' : `${arity.min} arguments`
    throw new DaffiError(
      'DAFFI_STREAM_ARITY',
      `"${call}" on node "${name}" takes ${takes}; the items of a stream are one argument each`,
    )
  }
  return offering
}
