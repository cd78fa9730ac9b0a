import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node'
import { deferred } from '../../core/deferred.js'
import type { DaffiError } from '../../core/errors.js'
import { cancelled, waitForJob, type Job } from '../api/job.js'
import { RemoteError } from '../api/remote-error.js'
import type { WaitOptions } from '../api/wait-options.js'
import { subjects } from '../wire/subjects.js'
import type { JobNames } from './job-names.js'
import { decodeRecord, type EndedRecord, type JobOutcome, type JobRecord } from './job-record.js'
import type { JobStore } from './job-store.js'

export interface JobAccess {
  nc: NatsConnection
  names: JobNames
  store: JobStore
  pipeline: string
}

/**
 * A job that is kept on the server. It learns of its record when the record is stored, and reads it when that may have
 * been missed.
 */
export class DurableJob implements Job {
  readonly id: string
  ready = false
  readonly #access: JobAccess
  readonly #end = deferred<EndedRecord>()
  /** Fetched when it is first wanted, as it may be large. */
  #outcome: Promise<JobOutcome> | undefined
  readonly #subscription: Subscription

  /** Subscribes to the job's record at once. */
  constructor(id: string, access: JobAccess) {
    this.id = id
    this.#access = access
    // An error must not become an unhandled rejection when no caller waits for the job.
    this.#end.promise.catch(() => undefined)
    this.#subscription = access.nc.subscribe(access.names.record(id), {
      callback: (error, message: Msg) => {
        if (error === null) this.#onRecord(decodeRecord(message.data))
      },
    })
  }

  /** Reads the record, which may have been stored before this process subscribed, or while it could not be reached. */
  async refresh(): Promise<boolean> {
    const record = await this.#access.store.records.get(this.id)
    this.#onRecord(record)
    return record !== undefined
  }

  async get(options?: WaitOptions): Promise<unknown> {
    return await waitForJob(this.id, this.#result(), options)
  }

  /** Settles once the job has ended, or has been closed here. */
  async ended(): Promise<void> {
    await this.#end.promise
  }

  async cancel(): Promise<boolean> {
    const { nc, store, pipeline } = this.#access
    const was = await store.cancel(this.id)
    if (was === 'over') return false
    if (was === 'running') nc.publish(subjects.cancel(pipeline), this.id)
    await nc.flush()
    return true
  }

  /** Ends the waiting for the job in this process. */
  close(error: DaffiError): void {
    this.#subscription.unsubscribe()
    this.#end.reject(error)
  }

  #onRecord(record: JobRecord | undefined): void {
    if (!record || record.state === 'running' || this.ready) return
    this.ready = true
    this.#end.resolve(record)
    this.#subscription.unsubscribe()
  }

  async #result(): Promise<unknown> {
    const record = await this.#end.promise
    this.#outcome ??= this.#access.store.records.outcome(record)
    const outcome = await this.#outcome
    if (outcome.state === 'done') return outcome.value
    throw outcome.state === 'failed' ? new RemoteError(outcome.error) : cancelled(this.id)
  }
}
