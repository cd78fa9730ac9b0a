import { JetStreamLaneReader } from '../../lanes/jetstream-reader.js'
import type { NatsLink } from '../../protocol/nats-link.js'
import type { PartHeader } from '../store/record-header.js'

/**
 * Loads a chunk by its last part; the other parts lie before that. Undefined when retention has discarded one.
 * @param last sequence of the last part
 */
export async function loadStored(
  link: NatsLink,
  stream: string,
  last: number,
  { bytes }: PartHeader,
): Promise<Buffer | undefined> {
  const lane = new JetStreamLaneReader(link)
  const whole = Buffer.allocUnsafeSlow(bytes)
  let end = bytes
  for (let sequence = last; end > 0; sequence--) {
    const part = await lane.load([stream, sequence])
    if (!part || part.bytes.length === 0 || part.bytes.length > end) return undefined
    end -= part.bytes.length
    whole.set(part.bytes, end)
  }
  return whole
}
