import type { Msg } from '@nats-io/transport-node'
import { parseAckSubject } from './ack-subject.js'
import { recordHeaderOf, type RecordHeader } from './record-header.js'

/** Record of a durable stream as a consumer has delivered it. */
export interface DeliveredRecord {
  sequence: number
  /** Delivered before and not acknowledged. */
  redelivered: boolean
  /** Undefined for a message that is not daffi's. */
  header: RecordHeader | undefined
  data: Uint8Array
  /** Subject on which it is acknowledged. */
  reply: string
  /** Records that the consumer has not delivered to anybody yet. */
  pending: number
}

export function deliveredRecord({ reply = '', headers, data }: Msg): DeliveredRecord | undefined {
  const delivery = parseAckSubject(reply)
  return (
    delivery && {
      sequence: delivery.sequence,
      redelivered: delivery.deliveries > 1,
      header: recordHeaderOf(headers),
      data,
      reply,
      pending: delivery.pending,
    }
  )
}
