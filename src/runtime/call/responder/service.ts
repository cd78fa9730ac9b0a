import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node'
import type { PeerRecord } from '../presence/peer-record.js'
import type { Registry } from '../invoke/registry.js'
import { QUEUE, subjects } from '../wire/messages.js'

/** The framework's own version is of no use to those who ask; the protocol's is. */
const VERSION = '1.0.0'

interface ServiceOptions {
  nc: NatsConnection
  pipeline: string
  record: PeerRecord
  registry: Registry
}

/**
 * Each node is a service of the name `daffi_<pipeline>` to the tools that know NATS services (ADR-32): PING, INFO and STATS,
 * asked of all, of those of that name, or of one.
 * @returns what ends it
 */
export function answerService({ nc, pipeline, record, registry }: ServiceOptions): () => void {
  const { name: node, incarnation: id, host, pid } = record
  const name = `daffi_${pipeline}`
  const identity = { name, id, version: VERSION, metadata: { node, host, pid: String(pid) } }
  const started = new Date().toISOString()
  const endpoints = registry.names.map((callback) => ({
    name: callback,
    subject: subjects.call(pipeline, callback),
    queue_group: QUEUE,
  }))
  const answers = {
    PING: () => ({ type: 'io.nats.micro.v1.ping_response', ...identity }),
    INFO: () => ({
      type: 'io.nats.micro.v1.info_response',
      ...identity,
      description: `node ${node} of the pipeline ${pipeline}`,
      endpoints: endpoints.map((endpoint) => ({ ...endpoint, metadata: {} })),
    }),
    STATS: () => ({
      type: 'io.nats.micro.v1.stats_response',
      ...identity,
      started,
      endpoints: endpoints.map((endpoint) => ({ ...endpoint, ...registry.stats(endpoint.name) })),
    }),
  }
  const subscriptions = Object.entries(answers).flatMap(([verb, answer]): Subscription[] => {
    const callback = (error: Error | null, message: Msg): void => {
      if (error === null) message.respond(JSON.stringify(answer()))
    }
    return [`$SRV.${verb}`, `$SRV.${verb}.${name}`, `$SRV.${verb}.${name}.${id}`].map((subject) =>
      nc.subscribe(subject, { callback }),
    )
  })
  return () => {
    for (const subscription of subscriptions) subscription.unsubscribe()
  }
}
