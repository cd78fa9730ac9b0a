import { TimeoutError } from '@nats-io/transport-node'
import { decodeBytes } from '../../codec/index.js'
import { bounded } from '../../core/timeout.js'
import { Wakeup } from '../../core/deferred.js'
import type { NatsLink, RequestFailure } from '../protocol/nats-link.js'
import { loadChunk } from '../lanes/chunk-loader.js'
import { isLatestResponse } from '../protocol/message-forms.js'
import { itemOf } from '../protocol/messages.js'
import { decodeMessage } from '../protocol/on-message.js'
import { encodeLatest, latestSubject } from '../protocol/latest-messages.js'
import { ObserverLanes } from './observer-lanes.js'

/** Time after which a request is sent again: the writer may have been away. */
const REQUEST_TIMEOUT_MS = 5000

interface ObserveOptions {
  link: NatsLink
  pipeline: string
  /** The stream's id. */
  id: string
  signal: AbortSignal
}

/**
 * Yields the latest item of a stream at each `next()`, and none twice; values that travel in batches are left out. Nothing
 * is sent between two calls of `next()`. Ends when the signal aborts, or when the stream has no writer any more.
 */
export async function* observeLatest(options: ObserveOptions): AsyncGenerator<unknown, void, undefined> {
  const { link, pipeline, id, signal } = options
  const lanes = new ObserverLanes(link, pipeline, id)
  let from = 0
  try {
    while (!signal.aborted) {
      const response = await request(options, encodeLatest({ from, lane: lanes.preferred }))
      if (response === 'gone') return
      if (response === 'lost') await link.up()
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
      if (head.kind === null) continue
      const chunk = { ...head, item, parts, complete: true, abandoned: false }
      const loaded = await loadChunk(chunk, { lane, signal, loan: false, announced: new Wakeup() })
      // Undefined when newer items have replaced it meanwhile.
      if (loaded) yield decodeBytes(head.kind, loaded.bytes)
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
