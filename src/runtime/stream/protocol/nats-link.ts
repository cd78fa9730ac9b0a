import { setMaxListeners } from 'node:events'
import type { NatsConnection } from '@nats-io/transport-node'
import { abortError } from '../../core/abort.js'
import { bounded } from '../../core/timeout.js'
import { MIB } from '../../core/bytes.js'
import { Wakeup } from '../../core/deferred.js'
import { isNoResponders } from '../../nats/index.js'

/**
 * `lost`: the connection broke before the response came. `gone`: the subject has no subscriber, or the requested thing
 * does not exist.
 */
export type RequestFailure = 'lost' | 'gone'

const NOT_FOUND = 404
/** Bytes that may be pushed to one connection; the server disconnects one for which 64 MB wait. */
const MAX_PUSH_BYTES = 48 * MIB

/**
 * Connection whose requests fail at once when it breaks; NATS.js lets them time out. Lives as long as the connection.
 */
export class NatsLink {
  readonly nc: NatsConnection
  readonly #up = new Wakeup()
  #connected = true
  #pushBytes = 0
  #lost = newAbort()

  constructor(nc: NatsConnection) {
    this.nc = nc
    void this.#watch()
  }

  get connected(): boolean {
    return this.#connected
  }

  /** Signal that aborts when the present connection breaks; while there is none, the signal of the last one. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  async request(
    subject: string,
    payload: Uint8Array | string,
    timeout: number,
  ): Promise<Uint8Array | RequestFailure> {
    if (!this.#connected) return 'lost'
    const lost = this.#lost.signal
    try {
      const reply = await bounded(this.nc.request(subject, payload, { timeout }), {
        signal: lost,
        what: subject,
      })
      return reply.headers?.code === NOT_FOUND ? 'gone' : reply.data
    } catch (error) {
      if (lost.aborted || this.nc.isClosed()) return 'lost'
      if (isNoResponders(error)) return 'gone'
      throw error
    }
  }

  /**
   * Settles as the request does, unless the connection breaks before: it was lost then.
   * @throws DaffiError DAFFI_ABORTED when there is no connection, and what the request throws
   */
  whileConnected<T>(request: () => Promise<T>): Promise<T> {
    const { signal } = this.#lost
    const what = 'a request to the server'
    return signal.aborted ? Promise.reject(abortError(signal, what)) : bounded(request(), { signal, what })
  }

  /**
   * Reserves room for bytes that the server pushes without a request.
   * @returns a function that frees the room, to be called once; undefined when there is not enough room
   */
  reservePushBytes(bytes: number): (() => void) | undefined {
    if (this.#pushBytes + bytes > MAX_PUSH_BYTES) return undefined
    this.#pushBytes += bytes
    return () => {
      this.#pushBytes -= bytes
    }
  }

  /** Resolves when the connection is up again, or closed for good. */
  async up(): Promise<void> {
    while (!this.#connected && !this.nc.isClosed()) await this.#up.wait()
  }

  async #watch(): Promise<void> {
    for await (const status of this.nc.status()) {
      if (status.type === 'disconnect') {
        this.#connected = false
        this.#lost.abort()
      } else if (status.type === 'reconnect') {
        this.#lost = newAbort()
        this.#connected = true
        this.#up.notify()
      }
    }
    this.#connected = false
    this.#lost.abort()
    this.#up.notify()
  }
}

/** An abort controller without a limit of listeners: every request in flight has one. */
function newAbort(): AbortController {
  const abort = new AbortController()
  setMaxListeners(0, abort.signal)
  return abort
}
