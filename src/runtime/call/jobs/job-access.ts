import type { NatsConnection } from '@nats-io/transport-node'
import type { JobNames } from './store/job-names.js'
import type { JobStore } from './store/job-store.js'

/** The durable jobs of a pipeline, and the connection by which they are reached. */
export interface JobAccess {
  nc: NatsConnection
  names: JobNames
  store: JobStore
  pipeline: string
}
