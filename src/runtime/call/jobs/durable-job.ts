import type { Subscription } from '@nats-io/transport-node'
import { backoffMs, type Backoff } from '../../core/backoff.js'
import { deferred, Wakeup } from '../../core/deferred.js'
import { DaffiError } from '../../core/errors.js'
import { listen } from '../../nats/index.js'
import { cancelled, waitForJob, type Job } from '../api/job.js'
import { RemoteError } from '../api/remote-error.js'
import type { WaitOptions } from '../api/wait-options.js'
import { cancelJob } from './cancel-job.js'
import type { JobAccess } from './job-access.js'
import {
  decodeRecord,
  hasEnded,
  type EndedRecord,
  type JobOutcome,
  type JobRecord,
} from './store/job-record.js'

/** Pauses between looks at a job of which nothing is heard. */
const QUIET: Backoff = { firstMs: 200, factor: 2, maxMs: 10_000 }

/**
 * A job that is kept on the server. Its end is told by the node that has stored the record of it. That message can be missed, so
 * the record is also read now and then.
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
  #looks = 0
  /** Ends the present pause between looks. */
  readonly #wakeup = new Wakeup()

  /** Subscribes to the job's end at once. */
  constructor(id: string, access: JobAccess) {
    this.id = id
    this.#access = access
    // An error must not become an unhandled rejection when no caller waits for the job.
    this.#end.promise.catch(() => undefined)
    this.#subscription = listen(access.nc, access.names.ended(id), ({ data }) => {
      const record = decodeRecord(data)
      if (record) this.#accept(record)
    })
  }

  /** Follows the record of a job that the server has, until the job has ended. */
  async follow(): Promise<void> {
    for (; ; this.#looks++) {
      await this.#pause(backoffMs(QUIET, this.#looks))
      if (!this.#following) return
      // The server may not be reachable at the moment.
      const isKept = await this.look().catch(() => true)
      if (!isKept)
        this.close(new DaffiError('DAFFI_UNKNOWN_JOB', `job ${this.id} is not kept on the server any longer`))
    }
  }

  /** Has the record read at once: messages may have been missed. */
  wake(): void {
    this.#looks = 0
    this.#wakeup.notify()
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
    return (await cancelJob(this.#access, this.id)) !== 'over'
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
    this.#accept(record)
    return true
  }

  #accept(record: JobRecord): void {
    if (!hasEnded(record) || !this.#following) return
    this.ready = true
    this.#stop()
    this.#end.resolve(record)
  }

  /** Waits for that long, or until it is woken. */
  async #pause(ms: number): Promise<void> {
    const timer = setTimeout(() => this.#wakeup.notify(), ms).unref()
    await this.#wakeup.wait()
    clearTimeout(timer)
  }

  #stop(): void {
    this.#following = false
    this.#subscription.unsubscribe()
    this.#wakeup.notify()
  }

  async #result(): Promise<unknown> {
    const record = await this.#end.promise
    this.#outcome ??= this.#access.store.records.outcome(this.id, record)
    const outcome = await this.#outcome
    if (outcome.state === 'done') return outcome.value
    throw outcome.state === 'failed' ? new RemoteError(outcome.error) : cancelled(this.id)
  }
}
