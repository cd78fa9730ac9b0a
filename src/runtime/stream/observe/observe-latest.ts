import { TimeoutError } from '@nats-io/transport-node'
import { decodeBytes } from '../../codec/index.js'
import { bounded } from '../../core/abort.js'
import { Wakeup } from '../../core/deferred.js'
import type { Link, LinkFailure } from '../protocol/nats-link.js'
import { loadChunk } from '../lanes/chunk-loader.js'
import { itemOf } from '../protocol/messages.js'
import { decodeNewest, encodeNewest, newestSubject, type NewestAnswer } from '../protocol/latest-messages.js'
import { ObserverLanes } from './observer-lanes.js'

/** A question that was not answered for so long is asked again: the writer may have been away. */
const PATIENCE_MS = 5000

interface ObserveOptions {
  link: Link
  pipeline: string
  /** The stream's id. */
  id: string
  signal: AbortSignal
}

/**
 * The newest item of a stream each time that one is asked for, and none twice; values that travel in batches are left
 * out. Nothing is sent between two askings. Ends when the signal aborts, or when nobody writes the stream any more.
 */
export async function* observeNewest(options: ObserveOptions): AsyncGenerator<unknown, void, undefined> {
  const { link, pipeline, id, signal } = options
  const lanes = new ObserverLanes(link, pipeline, id)
  let from = 0
  try {
    while (!signal.aborted) {
      const answer = await ask(options, encodeNewest({ from, lane: lanes.preferred }))
      if (answer === 'gone') return
      if (answer === 'lost') await link.up()
      if (answer === 'lost' || answer === 'late') continue
      const { shm, parts } = decodeNewest(answer) as NewestAnswer
      const [head] = parts
      if (!head) return
      const lane = await lanes.open(head.lane, shm)
      if (!lane) continue
      const item = itemOf(head)
      from = item + head.count
      if (head.kind === null) continue
      const chunk = { ...head, item, parts, complete: true, abandoned: false }
      const idle = { lend: false, heard: new Wakeup(), onPart: () => undefined }
      const loaded = await loadChunk(chunk, { lane, signal, ...idle })
      // Without it, newer items have taken its place in the meantime.
      if (loaded) yield decodeBytes(head.kind, loaded.bytes)
    }
  } finally {
    lanes.close()
  }
}

async function ask(
  { link, pipeline, id, signal }: ObserveOptions,
  question: Uint8Array,
): Promise<Uint8Array | LinkFailure | 'late'> {
  const subject = newestSubject(pipeline, id)
  try {
    return await bounded(link.request(subject, question, PATIENCE_MS), { signal, what: subject })
  } catch (error) {
    if (signal.aborted) return 'gone'
    if (error instanceof TimeoutError) return 'late'
    throw error
  }
}
