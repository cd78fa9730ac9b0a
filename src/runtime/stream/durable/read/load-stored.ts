import type { JetStreamManager } from '@nats-io/jetstream'
import type { NatsLink } from '../../protocol/nats-link.js'
import { askServer } from '../store/ask-server.js'
import { recordHeaderOf, type PartHeader } from '../store/record-header.js'

interface LoadOptions {
  link: NatsLink
  jsm: JetStreamManager
  /** JetStream stream that keeps the items. */
  stream: string
  signal: AbortSignal
}

/**
 * Loads a chunk by its last part; the other parts lie before that. Undefined when retention has discarded one, or something
 * else has its place.
 * @param last sequence of the last part
 */
export async function loadStored(
  last: number,
  { run, first, bytes }: PartHeader,
  options: LoadOptions,
): Promise<Buffer | undefined> {
  const { jsm, stream } = options
  const parts: Uint8Array[] = []
  let missing = bytes
  for (let sequence = last; missing > 0; sequence--) {
    const message = await askServer(() => jsm.direct.getMessage(stream, { seq: sequence }), options)
    const header = recordHeaderOf(message?.header)
    if (!message || header?.what !== 'part' || header.run !== run || header.first !== first) return undefined
    if (header.offset + message.data.length !== missing) return undefined
    missing = header.offset
    parts.unshift(message.data)
  }
  return Buffer.concat(parts)
}
