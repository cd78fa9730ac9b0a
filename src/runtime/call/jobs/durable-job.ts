import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node'
import { deferred } from '../../core/deferred.js'
import type { DaffiError } from '../../core/errors.js'
import type { WaitOptions } from '../api/wait-options.js'
import { RemoteError } from '../api/remote-error.js'
import { subjects } from '../wire/messages.js'
import { cancelled, waitForJob, type Job } from '../api/job.js'
import type { JobNames } from './job-names.js'
import { decodeRecord, type EndedRecord, type JobOutcome, type JobRecord } from './job-record.js'
import type { JobStore } from './job-store.js'

export interface JobAccess {
  nc: NatsConnection
  names: JobNames
  store: JobStore
  pipeline: string
}

/** A job that is kept on the server. Its record is heard of when it is put there, and looked up when it may have been missed. */
export class DurableJob implements Job {
  readonly id: string
  ready = false
  readonly #access: JobAccess
  readonly #end = deferred<EndedRecord>()
  /** Fetched when it is asked for, as it may be large. */
  #outcome: Promise<JobOutcome> | undefined
  readonly #subscription: Subscription

  /** Listens from now on. */
  constructor(id: string, access: JobAccess) {
    this.id = id
    this.#access = access
    // Nobody may be waiting.
    this.#end.promise.catch(() => undefined)
    this.#subscription = access.nc.subscribe(access.names.record(id), {
      callback: (error, message: Msg) => {
        if (error === null) this.#learn(decodeRecord(message.data))
      },
    })
  }

  /** Looks up what may have been said before this process listened, or while it could not be reached. */
  async refresh(): Promise<boolean> {
    const record = await this.#access.store.records.get(this.id)
    this.#learn(record)
    return record !== undefined
  }

  async get(options?: WaitOptions): Promise<unknown> {
    return await waitForJob(this.id, this.#result(), options)
  }

  /** Settles once nothing more will be heard of it. */
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

  /** Nothing more will be heard here. */
  close(error: DaffiError): void {
    this.#subscription.unsubscribe()
    this.#end.reject(error)
  }

  #learn(record: JobRecord | undefined): void {
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
