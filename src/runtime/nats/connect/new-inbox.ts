import { nuid, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node'

const DEFAULT_PREFIX = '_INBOX'

/** A subject for answers to this connection alone, below the prefix that it was connected with. */
export function newInbox(nc: NatsConnection): string {
  // The client's interface hides what its connections have.
  const { options } = nc as NatsConnection & { options: ConnectionOptions }
  return `${options.inboxPrefix ?? DEFAULT_PREFIX}.${nuid.next()}`
}
