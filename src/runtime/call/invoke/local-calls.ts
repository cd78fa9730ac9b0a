import { decode, encode } from '../../codec/index.js'
import { traceOf } from '../../core/errors.js'
import { bounded } from '../../core/timeout.js'
import type { Logger } from '../../core/logger.js'
import type { Abort, MakeInvocation } from '../api/context.js'
import type { Target } from '../api/pending-call.js'
import type { PeerTable } from '../presence/peer-table.js'
import type { Tracer } from '../trace/tracer.js'
import { untilDue } from '../wire/delay.js'
import { decodeArguments } from '../wire/encoding.js'
import type { Finish, Registry, RunOptions } from './registry.js'

interface LocalCallsOptions {
  node: string
  peers: PeerTable
  registry: Registry
  /** Aborts when this node leaves. */
  leaving: AbortSignal
  log: Logger
  makeInvocation: MakeInvocation
  tracer: Tracer | undefined
}

/** Bounds of a call: it begins `delayMs` from now, and may then take `timeoutMs`. */
interface Bounds {
  timeoutMs: number
  delayMs: number
  signal: AbortSignal | undefined
  /** Called when it must wait for the callback's rate. */
  onWait?: ((rate: string) => void) | undefined
}

/** Runs the calls that this node answers itself, with copies of arguments and result as for any other caller. */
export class LocalCalls {
  readonly #options: LocalCallsOptions

  constructor(options: LocalCallsOptions) {
    this.#options = options
  }

  /** Whether a call is for this node: it is named, or is the only one that offers the callback. */
  isFor({ callback, to }: Target): boolean {
    const { node, peers } = this.#options
    return to === undefined ? !peers.offering(callback).some((peer) => peer.name !== node) : to === node
  }

  offers({ callback }: Target): boolean {
    return this.#options.registry.get(callback) !== undefined
  }

  async run(target: Target, payload: Uint8Array, bounds: Bounds): Promise<unknown> {
    return decode(encode(await this.#run(target, payload, bounds), 'the result'))
  }

  async #run(
    { callback }: Target,
    payload: Uint8Array,
    { timeoutMs, delayMs, signal, onWait }: Bounds,
  ): Promise<unknown> {
    const abort = new AbortController()
    const call = async (): Promise<unknown> => {
      if (delayMs > 0) await untilDue(delayMs, [abort.signal, this.#options.leaving])
      return await this.#call(callback, payload, abort, { onWait })
    }
    try {
      return await bounded(call(), { timeoutMs, signal, what: `"${callback}"` })
    } catch (error) {
      abort.abort(error)
      throw error
    }
  }

  /** Runs a call without waiting for its result; an error is logged. */
  runAndForget(target: Target, payload: Uint8Array, delayMs: number): void {
    void this.#run(target, payload, { timeoutMs: 0, delayMs, signal: undefined }).catch((error: unknown) => {
      this.#options.log.error(`"${target.callback}" failed: ${traceOf(error)}`)
    })
  }

  /** Runs a callback that yields. @param finish consumes its items */
  async feed(
    { callback }: Target,
    payload: Uint8Array,
    { finish, abort }: { finish: Finish; abort: Abort },
  ): Promise<void> {
    await this.#call(callback, payload, abort, { finish })
  }

  async #call(callback: string, payload: Uint8Array, abort: Abort, options: RunOptions): Promise<unknown> {
    const { registry, makeInvocation, node, tracer } = this.#options
    const invocation = makeInvocation(callback, node, abort)
    if (tracer) invocation.traceparent = tracer.traceparent
    return await registry.run(callback, decodeArguments(payload), invocation, options)
  }
}
