import { DaffiError } from '../core/errors.js'
import { parseOptions } from '../core/stream/parse-options.js'
import { STREAM_OPTIONS } from '../core/stream/stream-options.js'
import type { StreamSummary } from '../core/plan/summary.js'
import { allowHeapGrowth } from '../core/process/heap-growth.js'
import type { Items } from './common/write/feed.js'
import { writeDurable } from './durable/write/write-durable.js'
import type { Peer, StreamOptions, StreamPorts } from './protocol/ports.js'
import { writeTransient } from './transient/write/write-transient.js'

/** Once, as a call whose callback yields must not pay for parsing them. */
const DEFAULTS = parseOptions(STREAM_OPTIONS, {})

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
  const restoreHeap = allowHeapGrowth()
  try {
    const write = options.delivery === 'durable' ? writeDurable : writeTransient
    return await write(items, options, ports, invited)
  } finally {
    restoreHeap()
  }
}

/** Call whose callback yields, and the caller that its items are streamed to. */
export interface YieldTarget {
  /** Id of the call, and of the stream. */
  id: string
  callback: string
  caller: Peer
  /** Aborts when the caller has given up. */
  signal: AbortSignal
}

/**
 * Streams what a callback yields to its caller, and resolves when the caller has had everything.
 * @throws StreamError when the callback threw, or the caller left early
 */
export async function writeYields(
  items: Items,
  { id, callback, caller, signal }: YieldTarget,
  ports: StreamPorts,
): Promise<StreamSummary> {
  const options: StreamOptions = {
    ...DEFAULTS,
    call: callback,
    source: null,
    share: false,
    delivery: 'lossless',
    buffer: 1,
    onError: 'stop',
    // A caller that is gone does not come back for the rest.
    patienceMs: 0,
    yields: true,
    signal,
  }
  return await writeTransient(items, options, ports, [caller], id)
}

function invitees({ call, to }: StreamOptions, { peers }: StreamPorts): Peer[] {
  const offering = peers.offering(call).filter((peer) => to === undefined || peer.name === to)
  if (offering.length === 0) {
    const subject = to === undefined ? 'no node offers' : `node "${to}" does not offer`
    throw new DaffiError('DAFFI_NO_RECEIVER', `${subject} "${call}", so the stream has no receiver`)
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
