import { decode } from '../../codec/index.js'
import { bounded } from '../../core/abort.js'
import type { Context } from '../context.js'
import { untilDue } from '../eta.js'
import type { Target } from '../pending-call.js'
import type { Peers } from '../presence/peers.js'
import type { Finish, Registry } from '../responder/registry.js'

interface OwnCallsOptions {
  node: string
  peers: Peers
  registry: Registry
  /** Aborts when this node leaves. */
  leaving: AbortSignal
  context: (from: string | undefined, signal: AbortSignal) => Context
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
    const running = untilDue(etaMs, [abort.signal, this.#options.leaving]).then(() =>
      this.#call(callback, payload, abort.signal),
    )
    try {
      return await bounded(running, { timeoutMs, signal, what: `"${callback}"` })
    } catch (error) {
      abort.abort(error)
      throw error
    }
  }

  /** For a call whose result nobody waits for. */
  runUnheard(target: Target, payload: Uint8Array, etaMs: number): void {
    void this.run(target, payload, { timeoutMs: 0, etaMs, signal: undefined }).catch((error: unknown) => {
      const { context, node } = this.#options
      const { log } = context(node, new AbortController().signal)
      log.error(`"${target.callback}" failed: ${String(error)}`)
    })
  }

  /** For a callback that yields: `finish` takes what it gives. */
  async feed(
    { callback }: Target,
    payload: Uint8Array,
    { finish, signal }: { finish: Finish; signal: AbortSignal },
  ): Promise<void> {
    await this.#call(callback, payload, signal, finish)
  }

  async #call(callback: string, payload: Uint8Array, signal: AbortSignal, finish?: Finish): Promise<unknown> {
    const { registry, context, node } = this.#options
    return await registry.run(callback, decode(payload) as unknown[], context(node, signal), finish)
  }
}
