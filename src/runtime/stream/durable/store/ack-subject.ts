/** Where a message stands that a consumer of JetStream has delivered. */
export interface Place {
  /** How often it was delivered. */
  times: number
  /** In the stream. */
  sequence: number
}

/**
 * Reads it from the message's reply subject, ADR-15: `$JS.ACK.<stream>.<consumer>.<delivered>.<stream sequence>.…`, with
 * a domain and an account after `$JS.ACK` in its longer form. Undefined when it is no such subject.
 */
export function placeOf(reply = ''): Place | undefined {
  const tokens = reply.split('.')
  const at = tokens.length > 9 ? 6 : 4
  const [times, sequence] = [Number(tokens[at]), Number(tokens[at + 1])]
  return Number.isInteger(sequence) ? { times, sequence } : undefined
}
