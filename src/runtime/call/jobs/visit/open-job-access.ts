import { jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { isApiError } from '../../../nats/index.js'
import { TIMING } from '../../wire/timing.js'
import type { JobAccess } from '../job-access.js'
import { JobNames } from '../store/job-names.js'
import { JobStore } from '../store/job-store.js'

/** Opens the durable jobs of a pipeline for somebody who runs none; undefined when it has never had any. Creates nothing. */
export async function openJobAccess(nc: NatsConnection, pipeline: string): Promise<JobAccess | undefined> {
  const names = new JobNames(pipeline)
  const jsm = await jetstreamManager(nc, { checkAPI: false })
  try {
    await jsm.streams.info(names.stream)
  } catch (error) {
    if (isApiError(error, 'streamNotFound')) return undefined
    throw error
  }
  return { nc, names, store: await JobStore.open(nc, names, TIMING), pipeline }
}
