import type { Link } from '../../protocol/nats-link.js'
import { JetStreamLaneReader } from '../../lanes/jetstream-reader.js'
import type { StoredPart } from '../store/record-header.js'

/** A chunk by its last part, before which the others lie. Undefined when retention has discarded it. */
export async function loadStored(
  link: Link,
  stream: string,
  last: number,
  { bytes }: StoredPart,
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
