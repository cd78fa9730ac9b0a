import { nuid, type NatsConnection, type NatsConnectionImpl } from '@nats-io/transport-node'

const DEFAULT_PREFIX = '_INBOX'

/** A subject for answers to this connection alone, below the prefix that it was connected with. */
export function newInbox(nc: NatsConnection): string {
  const { inboxPrefix = DEFAULT_PREFIX } = (nc as NatsConnectionImpl).options
  return `${inboxPrefix}.${nuid.next()}`
}
