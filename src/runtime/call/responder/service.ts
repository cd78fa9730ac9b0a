import type { NatsConnection, Subscription } from '@nats-io/transport-node'
import { listen, payloadLimit } from '../../nats/index.js'
import type { Registry } from '../invoke/registry.js'
import type { PeerRecord } from '../presence/peer-record.js'
import { QUEUE, subjects } from '../wire/subjects.js'

/** Version of the protocol, which is of use to clients; that of the framework is not. */
const VERSION = '1.0.0'

interface ServiceOptions {
  nc: NatsConnection
  pipeline: string
  record: PeerRecord
  registry: Registry
}

/**
 * Makes this node a service named `daffi_<pipeline>` for tools that know NATS services (ADR-32): it answers PING, INFO
 * and STATS, whether they are sent to all services, to all of this name, or to this one. Not by `@nats-io/services`:
 * that would subscribe to the callbacks itself, and count and answer their calls in its own way.
 * @returns a function that ends the service
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
    const subjectsOfVerb = [`$SRV.${verb}`, `$SRV.${verb}.${name}`, `$SRV.${verb}.${name}.${id}`]
    return subjectsOfVerb.map((subject) =>
      listen(nc, subject, (message) => message.respond(fitting(answer(), payloadLimit(nc)))),
    )
  })
  return () => {
    for (const subscription of subscriptions) subscription.unsubscribe()
  }
}

/** An answer as JSON, which is one message by that protocol: with as many of the endpoints as fit into it. */
function fitting(answer: { type: string; endpoints?: unknown[] }, limit: number): string {
  for (let { endpoints = [] } = answer; ; endpoints = endpoints.slice(0, -Math.ceil(endpoints.length / 8))) {
    const text = JSON.stringify(answer.endpoints ? { ...answer, endpoints } : answer)
    if (Buffer.byteLength(text) <= limit || endpoints.length === 0) return text
  }
}
