import type { Msg } from '@nats-io/transport-node'
import { placeOf } from './ack-subject.js'
import { markOf, type Mark } from './record-header.js'

/** A stored message as a consumer got it. */
export interface Delivered {
  sequence: number
  /** Delivered before and not acknowledged. */
  redelivered: boolean
  /** Undefined for a message that is none of daffi's. */
  mark: Mark | undefined
  data: Uint8Array
  /** Subject on which it is acknowledged. */
  reply: string
}

export function deliveryOf({ reply = '', headers, data }: Msg): Delivered | undefined {
  const place = placeOf(reply)
  return (
    place && {
      sequence: place.sequence,
      redelivered: place.times > 1,
      mark: markOf(headers),
      data,
      reply,
    }
  )
}
