import { bounded } from '../../core/timeout.js'
import { deferred } from '../../core/deferred.js'
import { parseDuration } from '../../core/duration.js'
import { DaffiError } from '../../core/errors.js'
import type { ServerInfo } from '../../nats/index.js'
import { callbackNamed, callProxy } from './call-proxy.js'
import type { CallProxy, Untyped } from './call.js'
import type { ClientBackend } from './client-backend.js'
import type { Job } from './job.js'
import type { CallDispatcher } from './pending-call.js'
import type { ScheduledTask } from './scheduled-task.js'
import type { WaitOptions } from './wait-options.js'

/**
 * A process's membership in a pipeline, by which it calls callbacks, waits for other nodes, and leaves. `C` are the
 * types of the callbacks that it calls, such as `typeof import('./callbacks/shop.ts')`.
 */
export class PipelineClient<C = Untyped> {
  /** This process's name in the pipeline. */
  readonly processName: string
  /** Name of the pipeline. */
  readonly pipeline: string
  /** The server, its URL without secrets. */
  readonly server: ServerInfo
  /**
   * The callbacks of the pipeline, by name, on whichever node they are offered.
   * @example
   * await g.call.add(1, 2)
   */
  readonly call: CallProxy<C>
  readonly #backend: ClientBackend
  readonly #dispatcher: CallDispatcher

  protected constructor(backend: ClientBackend) {
    this.#backend = backend
    this.processName = backend.processName
    this.pipeline = backend.pipeline
    this.server = backend.server
    this.#dispatcher = whileOpen(backend)
    this.call = callProxy<C>(this.#dispatcher)
  }

  /**
   * The callback of a name that is a value. Also the way to call without types under the compiler's flag
   * `noUncheckedIndexedAccess`, which takes each property of an untyped `g.call` for possibly undefined.
   * @example
   * await g.callback('add')(1, 2)
   */
  callback<K extends keyof CallProxy<C> & string>(name: K): CallProxy<C>[K] {
    return callbackNamed(this.#dispatcher, name) as unknown as CallProxy<C>[K]
  }

  /**
   * Resolves when a node of that name is part of the pipeline.
   * @throws DaffiError DAFFI_TIMEOUT, DAFFI_ABORTED, DAFFI_CLOSED
   */
  async waitProcess(name: string, options: WaitOptions = {}): Promise<void> {
    const { peers } = this.#backend
    await this.#until(() => peers.isAlive(name), `waiting for process "${name}"`, options)
  }

  /**
   * Resolves when a node offers a callback of that name.
   * @throws DaffiError DAFFI_TIMEOUT, DAFFI_ABORTED, DAFFI_CLOSED
   * @example
   * await g.waitFunction('add', { timeout: '10s' })
   */
  async waitFunction(name: string, options: WaitOptions = {}): Promise<void> {
    const { peers } = this.#backend
    const isOffered = (): boolean => peers.offering(name).some((node) => peers.isAlive(node.name))
    await this.#until(isOffered, `waiting for callback "${name}"`, options)
  }

  /**
   * Finds a durable job by its id, whichever process sent it.
   * @throws DaffiError DAFFI_UNKNOWN_JOB, also when its result is older than 24 hours
   */
  async job<R = unknown>(id: string): Promise<Job<R>> {
    return (await this.#backend.job(id)) as Job<R>
  }

  /** Lists the schedules of this pipeline that will fire again, whichever process made them. */
  async schedules(): Promise<ScheduledTask[]> {
    return await this.#backend.schedules.list()
  }

  /**
   * Finds a schedule by its id; also one that has ended, for 24 hours.
   * @throws DaffiError DAFFI_UNKNOWN_SCHEDULE
   */
  async schedule(uuid: string): Promise<ScheduledTask> {
    return await this.#backend.schedules.find(uuid)
  }

  /** Resolves when this process has left the pipeline. @throws DaffiError DAFFI_NAME_LOST, DAFFI_NO_PERMISSION */
  async join(): Promise<void> {
    await this.#backend.lifetime.ended
  }

  /**
   * Finishes the running callbacks, leaves the pipeline, and closes the connections. Can be called again. This is the
   * standard name; `stop` and `await using` do the same.
   */
  async close(): Promise<void> {
    await this.#backend.lifetime.stop()
  }

  /** The same as `close`, which is the standard name. */
  async stop(): Promise<void> {
    await this.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #until(isThere: () => boolean, what: string, { timeout = 0, signal }: WaitOptions): Promise<void> {
    const timeoutMs = parseDuration(timeout, 'timeout')
    if (isThere()) return
    const found = deferred()
    const stop = this.#backend.peers.onAlive(() => {
      if (isThere()) found.resolve()
    })
    try {
      await bounded(Promise.race([found.promise, this.#closed()]), { timeoutMs, signal, what })
    } finally {
      stop()
    }
  }

  async #closed(): Promise<never> {
    await this.#backend.lifetime.ended
    throw closed(this.#backend)
  }
}

/** Returns a dispatcher that refuses calls once the client begins to leave. */
function whileOpen(backend: ClientBackend): CallDispatcher {
  const { dispatcher, lifetime } = backend
  return {
    send: (target, modifier) =>
      lifetime.isClosing ? Promise.reject(closed(backend)) : dispatcher.send(target, modifier),
    items: (target) => {
      if (lifetime.isClosing) throw closed(backend)
      return dispatcher.items(target)
    },
  }
}

function closed({ lifetime, processName }: ClientBackend): DaffiError {
  return lifetime.failure ?? new DaffiError('DAFFI_CLOSED', `"${processName}" has left the pipeline`)
}
