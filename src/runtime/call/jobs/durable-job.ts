import { setTimeout as delay } from 'node:timers/promises'
import type { NatsConnection, Subscription } from '@nats-io/transport-node'
import { backoffMs, type Backoff } from '../../core/backoff.js'
import { deferred } from '../../core/deferred.js'
import { DaffiError } from '../../core/errors.js'
import { listen } from '../../nats/index.js'
import { cancelled, waitForJob, type Job } from '../api/job.js'
import { RemoteError } from '../api/remote-error.js'
import type { WaitOptions } from '../api/wait-options.js'
import { subjects } from '../wire/subjects.js'
import type { JobNames } from './job-names.js'
import { decodeRecord, hasEnded, type EndedRecord, type JobOutcome } from './job-record.js'
import type { JobStore } from './job-store.js'

export interface JobAccess {
  nc: NatsConnection
  names: JobNames
  store: JobStore
  pipeline: string
}

/** Pauses between looks at a job of which nothing is heard. */
const QUIET: Backoff = { firstMs: 200, factor: 2, maxMs: 10_000 }
/** Pauses between looks once a record was published, which may be stored a moment later, or be refused. */
const HINTED: Backoff = { ...QUIET, firstMs: 20 }

/**
 * A job that is kept on the server. Only what is read there counts: a record that is published is a hint to read it,
 * since others may miss it, or the server may refuse it. Without a hint the record is read now and then.
 */
export class DurableJob implements Job {
  readonly id: string
  ready = false
  readonly #access: JobAccess
  readonly #end = deferred<EndedRecord>()
  /** Fetched when it is first wanted, as it may be large. */
  #outcome: Promise<JobOutcome> | undefined
  readonly #subscription: Subscription
  #following = true
  /** Ends the present pause between looks. */
  #pause = new AbortController()

  /** Subscribes to the job's record at once. */
  constructor(id: string, access: JobAccess) {
    this.id = id
    this.#access = access
    // An error must not become an unhandled rejection when no caller waits for the job.
    this.#end.promise.catch(() => undefined)
    this.#subscription = listen(access.nc, access.names.record(id), ({ data }) => {
      if (isOfEnd(data)) this.wake()
    })
  }

  /** Follows the record of a job that the server has, until the job has ended. */
  async follow(): Promise<void> {
    let backoff = QUIET
    for (let looks = 0; this.#following; looks++) {
      const { signal } = this.#pause
      await delay(backoffMs(backoff, looks), undefined, { signal, ref: false }).catch(() => undefined)
      if (signal.aborted) {
        this.#pause = new AbortController()
        backoff = HINTED
        looks = -1
      }
      // The server may not be reachable at the moment.
      const isKept = await this.look().catch(() => true)
      if (!isKept)
        this.close(new DaffiError('DAFFI_UNKNOWN_JOB', `job ${this.id} is not kept on the server any longer`))
    }
  }

  /** Has the record read at once, since it has changed, or may have. */
  wake(): void {
    this.#pause.abort()
  }

  /** Looks the job up. @returns whether the server has it */
  async look(): Promise<boolean> {
    return (await this.#read()) || (await this.#access.store.queue.has(this.id)) || (await this.#read())
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
    this.#stop()
    this.#end.reject(error)
  }

  /** @returns whether there is a record */
  async #read(): Promise<boolean> {
    const record = await this.#access.store.records.get(this.id)
    if (!record) return false
    if (hasEnded(record) && this.#following) {
      this.ready = true
      this.#stop()
      this.#end.resolve(record)
    }
    return true
  }

  #stop(): void {
    this.#following = false
    this.#subscription.unsubscribe()
    this.#pause.abort()
  }

  async #result(): Promise<unknown> {
    const record = await this.#end.promise
    this.#outcome ??= this.#access.store.records.outcome(this.id, record)
    const outcome = await this.#outcome
    if (outcome.state === 'done') return outcome.value
    throw outcome.state === 'failed' ? new RemoteError(outcome.error) : cancelled(this.id)
  }
}

/** Whether a published record is that of a job that has ended. */
function isOfEnd(data: Uint8Array): boolean {
  const record = decodeRecord(data)
  return record !== undefined && hasEnded(record)
}
