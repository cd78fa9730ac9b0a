import { TimeoutError } from '@nats-io/transport-node'
import { bounded } from '../../core/timeout.js'
import { Wakeup } from '../../core/deferred.js'
import type { NatsLink, RequestFailure } from '../protocol/nats-link.js'
import { loadChunk } from '../lanes/chunk-loader.js'
import { isLatestResponse } from '../protocol/message-forms.js'
import { itemOf, type Part } from '../protocol/messages.js'
import { decodeMessage } from '../protocol/on-message.js'
import { encodeLatest, latestSubject } from '../protocol/latest-messages.js'
import { latestItems, type LatestItem } from './latest-items.js'
import { ObserverLanes } from './observer-lanes.js'

/** Time after which a request is sent again: the writer may have been away. */
const REQUEST_TIMEOUT_MS = 5000

interface ObserveOptions {
  link: NatsLink
  pipeline: string
  /** The stream's id. */
  id: string
  /** Name of the stream's source; null when it has none. */
  source: string | null
  /** Whether a chunk is loaded, by its first part; else there are no items in its place. */
  wants: (head: Part) => boolean
  signal: AbortSignal
}

/**
 * Yields the latest item of a stream, or the latest batch of small values, at each `next()`, and none twice. Nothing is sent
 * between two calls of `next()`. Ends when the signal aborts, when the connection is closed for good, or when the stream has no
 * writer any more.
 */
export async function* observeLatest(options: ObserveOptions): AsyncGenerator<LatestItem[], void, undefined> {
  const { link, pipeline, id, source, wants, signal } = options
  const lanes = new ObserverLanes(link, pipeline, id)
  let from = 0
  try {
    while (!signal.aborted) {
      const response = await request(options, encodeLatest({ from, lane: lanes.preferred }))
      if (response === 'gone') return
      if (response === 'lost') await bounded(link.up(), { signal, what: 'the server' }).catch(() => undefined)
      // Every further request would be lost at once, and this loop would leave no turn to anything else.
      if (link.nc.isClosed()) return
      if (response === 'lost' || response === 'late') continue
      const latest = decodeMessage(response)
      // Whoever answers in another form is not the stream's writer.
      if (!isLatestResponse(latest)) return
      const { shm, parts } = latest
      const [head] = parts
      if (!head) return
      const lane = await lanes.open(head.lane, shm)
      if (!lane) continue
      const item = itemOf(head)
      from = item + head.count
      if (!wants(head)) {
        yield []
        continue
      }
      const chunk = { ...head, item, parts, complete: true, abandoned: false }
      const loaded = await loadChunk(chunk, { lane, signal, loan: false, announced: new Wakeup() })
      // Undefined when newer items have replaced it meanwhile.
      const items = loaded ? latestItems(head, loaded.bytes, source) : []
      if (items.length > 0) yield items
    }
  } finally {
    lanes.close()
  }
}

async function request(
  { link, pipeline, id, signal }: ObserveOptions,
  payload: Uint8Array,
): Promise<Uint8Array | RequestFailure | 'late'> {
  const subject = latestSubject(pipeline, id)
  try {
    return await bounded(link.request(subject, payload, REQUEST_TIMEOUT_MS), { signal, what: subject })
  } catch (error) {
    if (signal.aborted) return 'gone'
    if (error instanceof TimeoutError) return 'late'
    throw error
  }
}
