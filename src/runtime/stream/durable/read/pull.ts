import { nanos, type NatsConnection } from '@nats-io/transport-node'

/** How long the server waits for messages to give. */
export const PULL_MS = 30_000

interface Pull {
  stream: string
  consumer: string
  /** The most messages to give. */
  batch: number
  /** Subject on which they are to come, or word that its time is up. */
  reply: string
}

/** Asks a consumer of JetStream for messages. */
export function pull(nc: NatsConnection, { stream, consumer, batch, reply }: Pull): void {
  const request = JSON.stringify({ batch, expires: nanos(PULL_MS) })
  nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, request, { reply })
}
