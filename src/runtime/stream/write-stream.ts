import { DaffiError } from '../core/errors.js'
import { randomId } from '../core/names.js'
import { BATCH, RETENTION, RETRY, SHM } from '../core/plan.js'
import type { StreamSummary } from '../core/summary.js'
import { writeDurable } from './durable/write/write-durable.js'
import type { Items } from './common/write/feed.js'
import { allowHeapGrowth } from './common/heap-growth.js'
import { ShmLaneWriter } from './lanes/shm/shm-writer.js'
import type { Peer, StreamOptions, StreamPorts } from './protocol/ports.js'
import { StreamWriter } from './transient/write/stream-writer.js'

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
  const undo = allowHeapGrowth()
  try {
    return await (options.delivery === 'durable' ? writeDurable : writePassing)(
      items,
      options,
      ports,
      invited,
    )
  } finally {
    undo()
  }
}

export interface YieldingCall {
  /** Of the call, and of the stream. */
  id: string
  callback: string
  caller: Peer
  /** Aborts when the call is given up. */
  signal: AbortSignal
}

/**
 * Streams what a callback yields to its caller, and resolves when the caller has had everything.
 * @throws StreamError when the callback threw, or the caller left early
 */
export async function writeYields(
  items: Items,
  { id, callback, caller, signal }: YieldingCall,
  ports: StreamPorts,
): Promise<StreamSummary> {
  const options: StreamOptions = {
    call: callback,
    source: null,
    delivery: 'lossless',
    buffer: 1,
    onError: 'stop',
    yields: true,
    share: false,
    batch: BATCH,
    shm: SHM,
    retry: RETRY,
    name: undefined,
    retention: RETENTION,
    signal,
  }
  return await writePassing(items, options, ports, [caller], id)
}

async function writePassing(
  items: Items,
  options: StreamOptions,
  ports: StreamPorts,
  invited: readonly Peer[],
  id = randomId(),
): Promise<StreamSummary> {
  const { shm: limit, delivery } = options
  const connections = await ports.connections()
  const shm = limit ? await ShmLaneWriter.open(limit.bytes, delivery === 'live') : undefined
  return await new StreamWriter({ id, shm, options, ports, connections }).run(items, invited)
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
