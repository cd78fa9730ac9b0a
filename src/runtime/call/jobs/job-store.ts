import { jetstreamManager } from '@nats-io/jetstream'
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node'
import { isApiError, STREAM_NOT_FOUND } from '../wire/not-stored.js'
import { cancelled } from '../api/job.js'
import type { JobNames, Route } from './job-names.js'
import { JobQueue, type NewJob } from './job-queue.js'
import { JobRecords } from './job-records.js'

/** The queue and the records of a pipeline's durable jobs. */
export class JobStore {
  readonly queue: JobQueue
  readonly records: JobRecords

  private constructor(queue: JobQueue, records: JobRecords) {
    this.queue = queue
    this.records = records
  }

  /** Sees to it that queue and bucket are there. */
  static async open(nc: NatsConnection, names: JobNames): Promise<JobStore> {
    const jsm = await jetstreamManager(nc, { checkAPI: false })
    return new JobStore(await JobQueue.open(nc, jsm, names), await JobRecords.open(nc, jsm, names))
  }

  /** Resolves when the server has all of it on file. @throws DaffiError DAFFI_TOO_LARGE, DAFFI_NOT_STORED, DAFFI_ABORTED */
  async add(job: NewJob, payload: Uint8Array, headers: MsgHdrs): Promise<void> {
    const parts = await this.queue.add(job, payload, headers)
    if (!parts) return
    try {
      await this.queue.putArguments(parts, payload)
    } catch (error) {
      // No record says so, for which a full store has no room: nobody runs what lacks arguments while its caller lives.
      await this.queue.remove(job.id).catch(() => undefined)
      throw error
    }
    if ((await this.records.get(job.id))?.state !== 'cancelled') return
    // This caller was taken for dead, and what it has put there since then is nobody's.
    await this.queue.remove(job.id)
    throw cancelled(job.id)
  }

  /** Keeps a job from being taken, again if it has been. @returns what it was */
  async cancel(id: string): Promise<'waiting' | 'running' | 'over'> {
    const was = await this.records.cancel(id)
    if (was !== 'over') await this.queue.remove(id)
    return was
  }

  /** Takes a job that is not running out of the queue. */
  async withdraw(id: string): Promise<void> {
    const record = await this.records.get(id)
    if (record?.state !== 'running') await this.queue.remove(id)
  }
}

/** The routes that jobs were ever sent on. Makes nothing. */
export async function knownRoutes(nc: NatsConnection, names: JobNames): Promise<Route[]> {
  const jsm = await jetstreamManager(nc, { checkAPI: false })
  const routes: Route[] = []
  try {
    for await (const { name } of jsm.consumers.list(names.stream)) routes.push(names.route(name))
  } catch (error) {
    if (!isApiError(error, STREAM_NOT_FOUND)) throw error
  }
  return routes
}
