import { jetstreamManager } from '@nats-io/jetstream'
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node'
import { isApiError } from '../../../nats/index.js'
import { cancelled } from '../../api/job.js'
import { PendingAnswers } from '../../wire/pending-answers.js'
import type { CallTiming } from '../../wire/timing.js'
import { queuedJob } from './job-facts.js'
import type { JobNames } from './job-names.js'
import { JobQueue, type NewJob } from './job-queue.js'
import { JobRecordBucket } from './job-record-bucket.js'
import { hasEnded } from './job-record.js'
import type { Route } from './job-route.js'

/** The queue and the records of a pipeline's durable jobs. */
export class JobStore {
  readonly queue: JobQueue
  readonly records: JobRecordBucket

  private constructor(queue: JobQueue, records: JobRecordBucket) {
    this.queue = queue
    this.records = records
  }

  /** Creates queue and bucket if they do not exist. */
  static async open(nc: NatsConnection, names: JobNames, timing: CallTiming): Promise<JobStore> {
    const jsm = await jetstreamManager(nc, { checkAPI: false })
    const answers = new PendingAnswers(nc)
    return new JobStore(
      await JobQueue.open(nc, jsm, names, timing, answers),
      await JobRecordBucket.open(nc, jsm, names, answers),
    )
  }

  /**
   * Resolves when the server has all of it on file.
   * @throws DaffiError DAFFI_TOO_LARGE, DAFFI_NOT_STORED, DAFFI_ABORTED
   */
  async add(job: NewJob, payload: Uint8Array, headers: MsgHdrs): Promise<void> {
    const parts = await this.queue.add(job, payload, headers)
    if (!parts) return
    try {
      await this.queue.putArguments(parts, payload)
    } catch (error) {
      // No record is written, for which a full store has no room: as long as its caller lives, no node runs a job whose
      // arguments are incomplete.
      await this.queue.remove(job.id).catch(() => undefined)
      throw error
    }
    if ((await this.records.get(job.id))?.state !== 'cancelled') return
    // This caller was taken for dead, and the parts that it has stored since then belong to no job.
    await this.queue.remove(job.id)
    throw cancelled(job.id)
  }

  /** Keeps a job from being claimed, also if a node has claimed it. @returns its state until then */
  async cancel(id: string): Promise<'waiting' | 'running' | 'over'> {
    const queued = await this.queue.find(id)
    const was = await this.records.cancel(id, queued && queuedJob(queued).facts)
    if (was !== 'over') await this.queue.remove(id)
    return was
  }

  /**
   * Removes the message of a job that has ended, and is still in the queue because the server has lost its
   * acknowledgement. @returns whether there was one
   */
  async removeEnded(id: string): Promise<boolean> {
    const record = await this.records.get(id)
    if (!record || record.sequence === null || !hasEnded(record)) return false
    return await this.queue.removeMessage(record.sequence)
  }

  /** Removes a job that is not running from the queue. */
  async withdraw(id: string): Promise<void> {
    const record = await this.records.get(id)
    if (record?.state !== 'running') await this.queue.remove(id)
  }
}

/** Lists the routes that have consumers, and that of the node if jobs wait for it. Creates nothing. */
export async function knownRoutes(nc: NatsConnection, names: JobNames, node: string): Promise<Route[]> {
  const jsm = await jetstreamManager(nc, { checkAPI: false })
  const own: Route = `node.${node}`
  const routes: Route[] = []
  try {
    for await (const { name } of jsm.consumers.list(names.stream)) routes.push(names.route(name))
    const { state } = await jsm.streams.info(names.stream, { subjects_filter: names.filter(own) })
    if (Object.keys(state.subjects ?? {}).length > 0) routes.push(own)
  } catch (error) {
    if (!isApiError(error, 'streamNotFound')) throw error
  }
  return routes
}
