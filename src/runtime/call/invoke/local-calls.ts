import { decode } from '../../codec/index.js'
import { bounded } from '../../core/abort.js'
import type { Logger } from '../../core/logger.js'
import type { Abort, Run } from '../api/context.js'
import { untilDue } from '../wire/delay.js'
import type { Target } from '../api/pending-call.js'
import type { Peers } from '../presence/peers.js'
import type { Finish, Registry } from './registry.js'

interface OwnCallsOptions {
  node: string
  peers: Peers
  registry: Registry
  /** Aborts when this node leaves. */
  leaving: AbortSignal
  log: Logger
  makeRun: (from: string | undefined, abort: Abort) => Run
}

/** Bounds of a callback's run: `etaMs` from now, then `timeoutMs` long. */
interface Bounds {
  timeoutMs: number
  etaMs: number
  signal: AbortSignal | undefined
}

/** Calls that this very node answers, with copies of the arguments like any other call. */
export class OwnCalls {
  readonly #options: OwnCallsOptions

  constructor(options: OwnCallsOptions) {
    this.#options = options
  }

  /** Whether this node is named, or is the only one that offers the callback. */
  isFor({ callback, to }: Target): boolean {
    const { node, peers } = this.#options
    return to === undefined ? !peers.offering(callback).some((peer) => peer.name !== node) : to === node
  }

  offers({ callback }: Target): boolean {
    return this.#options.registry.get(callback) !== undefined
  }

  async run(
    { callback }: Target,
    payload: Uint8Array,
    { timeoutMs, etaMs, signal }: Bounds,
  ): Promise<unknown> {
    const abort = new AbortController()
    const call = async (): Promise<unknown> => {
      if (etaMs > 0) await untilDue(etaMs, [abort.signal, this.#options.leaving])
      return await this.#call(callback, payload, abort)
    }
    try {
      return await bounded(call(), { timeoutMs, signal, what: `"${callback}"` })
    } catch (error) {
      abort.abort(error)
      throw error
    }
  }

  /** For a call whose result nobody waits for. */
  runUnheard(target: Target, payload: Uint8Array, etaMs: number): void {
    void this.run(target, payload, { timeoutMs: 0, etaMs, signal: undefined }).catch((error: unknown) => {
      this.#options.log.error(`"${target.callback}" failed: ${String(error)}`)
    })
  }

  /** For a callback that yields: `finish` takes what it gives. */
  async feed(
    { callback }: Target,
    payload: Uint8Array,
    { finish, abort }: { finish: Finish; abort: Abort },
  ): Promise<void> {
    await this.#call(callback, payload, abort, finish)
  }

  async #call(callback: string, payload: Uint8Array, abort: Abort, finish?: Finish): Promise<unknown> {
    const { registry, makeRun, node } = this.#options
    return await registry.run(callback, decode(payload) as unknown[], makeRun(node, abort), finish)
  }
}
