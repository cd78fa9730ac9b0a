import type { Msg } from '@nats-io/transport-node'
import { markOf, type Mark } from './mark.js'

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

/**
 * Reads where a message stands from its reply subject, ADR-15: `$JS.ACK.<stream>.<consumer>.<delivered>.<stream
 * sequence>.…`, with a domain and an account after `$JS.ACK` in its longer form.
 */
export function deliveryOf({ reply = '', headers, data }: Msg): Delivered | undefined {
  const tokens = reply.split('.')
  const at = tokens.length > 9 ? 6 : 4
  const [times, sequence] = [Number(tokens[at]), Number(tokens[at + 1])]
  if (!Number.isInteger(sequence)) return undefined
  return { sequence, redelivered: times > 1, mark: markOf(headers), data, reply }
}
