import { NoRespondersError, RequestError, type NatsConnection } from '@nats-io/transport-node'
import { bounded, type WaitOptions } from '../../core/abort.js'
import { Wakeup } from '../../core/deferred.js'
import { DaffiError } from '../../core/errors.js'
import { died } from './node-died.js'
import type { Target } from '../api/pending-call.js'
import type { Peers } from '../presence/peers.js'
import type { PeerRecord } from '../presence/peer-record.js'
import { subjects } from '../wire/messages.js'

/** A node that does not say in that time whether it has a call may be busy with it. */
const ASK_MS = 500

interface WatchedCall extends Omit<Target, 'args'> {
  id: string
  /** Is told once the node that has the call is gone, or the server. */
  onLost: (error: DaffiError) => void
}

interface InFlightOptions {
  nc: NatsConnection
  pipeline: string
  node: string
  peers: Peers
}

/** The calls that wait for the server or an answer: they learn when it will not come any more. */
export class InFlight {
  readonly #options: InFlightOptions
  readonly #calls = new Set<WatchedCall>()
  readonly #up = new Wakeup()
  #connected = true

  constructor(options: InFlightOptions) {
    this.#options = options
    options.peers.onLeave((gone) => this.#lose(gone))
  }

  /** Undone by calling what is returned. */
  watch(call: WatchedCall): () => void {
    this.#calls.add(call)
    return () => this.#calls.delete(call)
  }

  /** With the connection answers may be lost. Returns when it is closed for good. */
  async followServer(): Promise<void> {
    const message =
      'the connection to the NATS server broke before the answer came; the call may have been carried out'
    for await (const { type } of this.#options.nc.status()) {
      if (type !== 'disconnect' && type !== 'reconnect') continue
      this.#connected = type === 'reconnect'
      if (this.#connected) this.#up.notify()
      else for (const { onLost } of [...this.#calls]) onLost(new DaffiError('DAFFI_SERVER_LOST', message))
    }
    this.#up.notify()
  }

  /** Resolves when the connection stands, or is closed for good: what is published in between would be dropped. */
  connected(bounds: WaitOptions): Promise<void> {
    if (this.#connected || this.#options.nc.isClosed()) return Promise.resolve()
    return bounded(this.#up.wait(), bounds)
  }

  #lose({ name, callbacks }: PeerRecord): void {
    for (const call of [...this.#calls]) {
      const { callback, to, onLost } = call
      if (name === to) onLost(died(name, callback))
      else if (to === undefined && Object.hasOwn(callbacks, callback)) void this.#check(call, name)
    }
  }

  /** The server chose who gets the call; only when none of the others has it, it was with the one that is gone. */
  async #check({ id, callback, onLost }: WatchedCall, gone: string): Promise<void> {
    const { node, peers } = this.#options
    const others = peers.offering(callback).filter(({ name }) => name !== node)
    const theirs = await Promise.all(others.map(({ name }) => this.#mayHave(name, id)))
    if (!theirs.includes(true)) onLost(died(gone, callback))
  }

  async #mayHave(name: string, id: string): Promise<boolean> {
    const { nc, pipeline } = this.#options
    try {
      const answer = await nc.request(subjects.running(pipeline, name), id, { timeout: ASK_MS })
      return answer.json<boolean>()
    } catch (error) {
      const absent =
        error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders())
      return !absent
    }
  }
}
