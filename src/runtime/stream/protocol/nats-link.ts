import { setMaxListeners } from 'node:events'
import { NoRespondersError, RequestError, type NatsConnection } from '@nats-io/transport-node'
import { bounded } from '../../core/abort.js'
import { Wakeup } from '../../core/deferred.js'

/** `lost`: the connection went before an answer came. `gone`: nobody has what was asked for. */
export type LinkFailure = 'lost' | 'gone'

const NOT_FOUND = 404
/** The server cuts off a connection for which 64 MB wait. */
const MOST_UNASKED = 48 * 1024 * 1024

/**
 * A connection whose requests learn at once that it was lost, which NATS.js tells them only by a timeout.
 * Lives as long as the connection.
 */
export class Link {
  readonly nc: NatsConnection
  readonly #up = new Wakeup()
  #connected = true
  #unasked = 0
  #lost = newAbort()

  constructor(nc: NatsConnection) {
    this.nc = nc
    void this.#watch()
  }

  get connected(): boolean {
    return this.#connected
  }

  /** Aborts when the connection that stands now, or stood last, breaks. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  async request(
    subject: string,
    payload: Uint8Array | string,
    timeout: number,
  ): Promise<Uint8Array | LinkFailure> {
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
   * Room for so many bytes that come without being asked for; gives what gives it back, to be called once. Undefined when
   * there is not so much.
   */
  claimUnasked(bytes: number): (() => void) | undefined {
    if (this.#unasked + bytes > MOST_UNASKED) return undefined
    this.#unasked += bytes
    return () => {
      this.#unasked -= bytes
    }
  }

  /** Resolves when the connection stands again, or is closed for good. */
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

/** Every request under way listens. */
function newAbort(): AbortController {
  const abort = new AbortController()
  setMaxListeners(0, abort.signal)
  return abort
}

function isNoResponders(error: unknown): boolean {
  return error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders())
}
