import type { Callback } from '../../callback/index.js'
import { bounded } from '../../core/abort.js'
import { deferred } from '../../core/deferred.js'
import { parseDuration } from '../../core/duration.js'
import { DaffiError } from '../../core/errors.js'
import type { ServerInfo } from '../../nats/index.js'
import { callProxy, type CallProxy, type Untyped } from './call.js'
import type { Job } from './job.js'
import type { Membership } from './client-backend.js'
import type { ScheduledTask } from '../schedules/schedule-record.js'
import type { WaitOptions } from './wait-options.js'

/**
 * A process that takes part in a pipeline: what it can call, whom it can wait for, and how it leaves.
 * `C` are the types of the callbacks that it calls, such as `typeof import('./callbacks/shop.ts')`.
 */
export class Member<C = Untyped> {
  readonly processName: string
  readonly pipeline: string
  /** The server, its URL without secrets. */
  readonly server: ServerInfo
  /** `g.call.<name>(…args)` is a call of that callback, wherever it is offered. */
  readonly call: CallProxy<C>
  readonly #membership: Membership
  readonly #left = deferred()
  #closing: Promise<void> | undefined

  constructor(membership: Membership) {
    this.#membership = membership
    this.processName = membership.processName
    this.pipeline = membership.pipeline
    this.server = membership.server
    const { carrier } = membership
    this.call = callProxy<C>({
      send: (target, modifier) =>
        this.#closing ? Promise.reject(closed(this.processName)) : carrier.send(target, modifier),
      items: (target) => {
        if (this.#closing) throw closed(this.processName)
        return carrier.items(target)
      },
    })
    // A failure is for whoever joins; without anyone it is no unhandled rejection.
    this.#left.promise.catch(() => undefined)
  }

  /** Resolves when a node of that name is there. @throws DaffiError DAFFI_TIMEOUT, DAFFI_ABORTED */
  async waitProcess(name: string, options: WaitOptions = {}): Promise<void> {
    await this.#until(
      () => this.#membership.peers.get(name) !== undefined,
      `waiting for process "${name}"`,
      options,
    )
  }

  /** Resolves when a node offers a callback of that name. @throws DaffiError DAFFI_TIMEOUT, DAFFI_ABORTED */
  async waitFunction(name: string, options: WaitOptions = {}): Promise<void> {
    await this.#until(
      () => this.#membership.peers.offering(name).length > 0,
      `waiting for callback "${name}"`,
      options,
    )
  }

  /**
   * A durable job, whoever sent it.
   * @throws DaffiError DAFFI_UNKNOWN_JOB, also when its result is older than 24 hours
   */
  async job<R = unknown>(id: string): Promise<Job<R>> {
    return (await this.#membership.job(id)) as Job<R>
  }

  /** The schedules of this pipeline that will fire again, whoever made them. */
  async schedules(): Promise<ScheduledTask[]> {
    return await this.#membership.schedules.list()
  }

  /**
   * A schedule by its id; also one that has ended, for 24 hours.
   * @throws DaffiError DAFFI_UNKNOWN_SCHEDULE
   */
  async schedule(uuid: string): Promise<ScheduledTask> {
    return await this.#membership.schedules.find(uuid)
  }

  /** Resolves when this process has left the pipeline. @throws DaffiError DAFFI_NAME_LOST */
  async join(): Promise<void> {
    await this.#left.promise
  }

  /** Finishes the running callbacks, leaves the pipeline, and closes the connections. Can be called again. */
  async stop(): Promise<void> {
    this.#closing ??= this.#membership.leave().finally(() => this.#left.resolve())
    await this.#closing
  }

  /** The same as `stop`. */
  async close(): Promise<void> {
    await this.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  /** Puts new code in place of the old one of callbacks that this process offers; what runs goes on as it was. */
  async renew(callbacks: readonly Callback[]): Promise<void> {
    await this.#membership.renew(callbacks)
  }

  /** Leaves because of an error, which `join` throws. */
  fail(error: DaffiError): void {
    this.#left.reject(error)
    void this.stop().catch(() => undefined)
  }

  async #until(there: () => boolean, what: string, { timeout = 0, signal }: WaitOptions): Promise<void> {
    const timeoutMs = parseDuration(timeout, 'timeout')
    if (there()) return
    const found = deferred()
    const stop = this.#membership.peers.onJoin(() => {
      if (there()) found.resolve()
    })
    try {
      await bounded(Promise.race([found.promise, this.#over()]), { timeoutMs, signal, what })
    } finally {
      stop()
    }
  }

  async #over(): Promise<never> {
    await this.#left.promise
    throw closed(this.processName)
  }
}

function closed(name: string): DaffiError {
  return new DaffiError('DAFFI_CLOSED', `"${name}" has left the pipeline`)
}
