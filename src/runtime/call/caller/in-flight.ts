import type { NatsConnection } from '@nats-io/transport-node'
import { bounded, type Bounds } from '../../core/timeout.js'
import { Wakeup } from '../../core/deferred.js'
import { DaffiError } from '../../core/errors.js'
import { isNoResponders } from '../../nats/index.js'
import type { Target } from '../api/pending-call.js'
import type { PeerRecord } from '../presence/peer-record.js'
import type { PeerTable } from '../presence/peer-table.js'
import { subjects } from '../wire/subjects.js'
import type { CallTiming } from '../wire/timing.js'
import { nodeDied } from './node-died.js'

interface WatchedCall extends Omit<Target, 'args'> {
  id: string
  /** Called once the node that has the call is gone, or the connection to the server. */
  onLost: (error: DaffiError) => void
}

interface InFlightOptions {
  nc: NatsConnection
  pipeline: string
  node: string
  peers: PeerTable
  timing: CallTiming
}

/** Fails pending calls once the server, or the answer, cannot be expected any more. */
export class InFlight {
  readonly #options: InFlightOptions
  readonly #calls = new Set<WatchedCall>()
  readonly #up = new Wakeup()
  #connected = true

  constructor(options: InFlightOptions) {
    this.#options = options
    options.peers.onLeave((gone) => this.#lose(gone))
  }

  /** @returns a function that stops watching */
  watch(call: WatchedCall): () => void {
    this.#calls.add(call)
    return () => this.#calls.delete(call)
  }

  /** Fails all calls when the connection breaks, since answers may be lost. Returns when it is closed for good. */
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

  /**
   * Resolves when there is a connection, or it is closed for good. A message that is published while there is none
   * would be dropped.
   */
  connected(bounds: Bounds): Promise<void> {
    if (this.#connected || this.#options.nc.isClosed()) return Promise.resolve()
    return bounded(this.#up.wait(), bounds)
  }

  #lose({ name, callbacks }: PeerRecord): void {
    for (const call of [...this.#calls]) {
      const { callback, to, onLost } = call
      if (name === to) onLost(nodeDied(name, callback))
      else if (to === undefined && Object.hasOwn(callbacks, callback)) void this.#check(call, name)
    }
  }

  /**
   * Finds out whether a node that is gone had a call. Which member of the queue group got it is not known here, so the
   * remaining ones are asked: if none has it, the one that is gone did.
   */
  async #check({ id, callback, onLost }: WatchedCall, gone: string): Promise<void> {
    const { node, peers } = this.#options
    const others = peers.offering(callback).filter(({ name }) => name !== node)
    const answers = await Promise.all(others.map(({ name }) => this.#mayHave(name, id)))
    if (!answers.includes(true)) onLost(nodeDied(gone, callback))
  }

  /** Whether a node has a call. One that does not answer may be busy with it, and counts as having it. */
  async #mayHave(name: string, id: string): Promise<boolean> {
    const { nc, pipeline, timing } = this.#options
    try {
      const answer = await nc.request(subjects.running(pipeline, name), id, { timeout: timing.inFlightMs })
      return answer.json<boolean>()
    } catch (error) {
      return !isNoResponders(error)
    }
  }
}
