import { isCount } from '../../../core/message/forms.js'

const ACK_SUBJECT = /^\$JS\.ACK(\.[A-Za-z0-9_-]+){7,12}$/

/** Delivery of a message by a JetStream consumer. */
export interface DeliveryInfo {
  /** How often the message was delivered. */
  deliveries: number
  /** Sequence in the stream. */
  sequence: number
  /** Messages that the consumer has not delivered to anybody yet. */
  pending: number
}

/**
 * Reads the delivery from the message's reply subject (ADR-15): `$JS.ACK.<stream>.<consumer>.<delivered>.<stream
 * sequence>.<consumer sequence>.<time>.<pending>`, in its longer form with a domain and an account after `$JS.ACK`. Undefined for other subjects.
 */
export function parseAckSubject(reply = ''): DeliveryInfo | undefined {
  const tokens = reply.split('.')
  const at = tokens.length > 9 ? 6 : 4
  const [deliveries, sequence, pending] = [Number(tokens[at]), Number(tokens[at + 1]), Number(tokens[at + 4])]
  return isCount(sequence) ? { deliveries, sequence, pending: isCount(pending) ? pending : 0 } : undefined
}

/** Whether a subject acknowledges records of that consumer: on others nothing is sent at a receiver's word. */
export function isAckSubject(subject: string, stream: string, consumer: string): boolean {
  return ACK_SUBJECT.test(subject) && subject.includes(`.${stream}.${consumer}.`)
}

/**
 * Subject on which a record that a consumer has delivered is acknowledged or handed back. The server looks at the stream's
 * sequence, and checks that the consumer's is not one of the future.
 * @param delivered consumer's sequence of its latest delivery
 */
export function ackSubject(
  { stream, consumer, sequence }: { stream: string; consumer: string; sequence: number },
  delivered: number,
): string {
  return `$JS.ACK.${stream}.${consumer}.1.${sequence}.${delivered}.0.0`
}
