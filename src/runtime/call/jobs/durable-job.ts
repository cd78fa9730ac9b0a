import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node'
import { deferred } from '../../core/deferred.js'
import type { DaffiError } from '../../core/errors.js'
import type { WaitOptions } from '../wait-options.js'
import { RemoteError } from '../remote-error.js'
import { subjects } from '../wire.js'
import { cancelled, waitForJob, type Job } from './job.js'
import type { JobNames } from './names.js'
import { decodeRecord, type JobRecord } from './record.js'
import type { JobStore } from './store.js'

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
  readonly #outcome = deferred<unknown>()
  readonly #subscription: Subscription

  /** Listens from now on. */
  constructor(id: string, access: JobAccess) {
    this.id = id
    this.#access = access
    // Nobody may be waiting.
    this.#outcome.promise.catch(() => undefined)
    this.#subscription = access.nc.subscribe(access.names.record(id), {
      callback: (error, message: Msg) => {
        if (error === null) this.#learn(decodeRecord(message.data))
      },
    })
  }

  /** Looks up what may have been said before this process listened, or while it could not be reached. */
  async refresh(): Promise<boolean> {
    const record = await this.#access.store.record(this.id)
    this.#learn(record)
    return record !== undefined
  }

  async get(options?: WaitOptions): Promise<unknown> {
    return await waitForJob(this.id, this.#outcome.promise, options)
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
    this.#outcome.reject(error)
  }

  #learn(record: JobRecord | undefined): void {
    if (!record || record.state === 'running' || this.ready) return
    this.ready = true
    if (record.state === 'done') this.#outcome.resolve(record.value)
    else if (record.state === 'failed') this.#outcome.reject(new RemoteError(record.error))
    else this.#outcome.reject(cancelled(this.id))
    this.#subscription.unsubscribe()
  }
}
