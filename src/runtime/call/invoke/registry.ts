import type { Callback } from '../../callback/index.js'
import type { Arity } from '../../core/plan/plan.js'
import type { StageCounts } from '../../core/plan/summary.js'
import { DaffiError } from '../../core/errors.js'
import type { CallCounts } from '../../status/index.js'
import { asError } from '../../core/thrown/read-thrown.js'
import { callbackError } from '../../core/thrown/callback-error.js'
import { runInContext, type Abort, type Invocation } from '../api/context.js'
import type { Tracer } from '../trace/tracer.js'
import { checkArity, listed } from '../wire/arity.js'
import type { ByteWindow } from '../wire/byte-window.js'
import { CallGate, MAX_WAITING_BYTES } from './call-gate.js'
import { CallCounter, type CallStats } from './call-stats.js'
import { gather } from './gather.js'
import { Stage } from './stage.js'

/** Makes the result from a callback's return value, in the callback's context, which a generator's body needs, too. */
export type Finish = (value: unknown, abort: Abort) => unknown

export interface RunOptions {
  /** By default gathers the items of a callback that yields. */
  finish?: Finish
  /** Called when the callback's turn has come. */
  onTurn?: (() => void) | undefined
  /** Called when it must wait for the callback's rate. */
  onWait?: ((rate: string) => void) | undefined
  /** Whether it is a durable job. @default false */
  isJob?: boolean
}

const AS_USUAL: RunOptions = {}

/** A callback of this node with its gate; both are replaced in place when the code is. */
export interface OfferedCallback {
  callback: Callback
  gate: CallGate
  /** Present when results of items are streamed on. */
  stage?: Stage | undefined
  /** Present when spans are made. */
  tracer: Tracer | undefined
}

interface Entry extends OfferedCallback {
  counter: CallCounter
}

/** The callbacks that this node offers. */
export class Registry {
  readonly #entries: Map<string, Entry>

  constructor(callbacks: readonly Callback[], tracer: Tracer | undefined) {
    this.#entries = new Map(
      callbacks.map((callback) => [
        callback.name,
        { callback, gate: new CallGate(callback), counter: new CallCounter(), tracer },
      ]),
    )
  }

  /** Replaces the code of callbacks that are registered, for calls and items from now on. */
  renew(callbacks: readonly Callback[]): void {
    for (const callback of callbacks) {
      const entry = this.#entries.get(callback.name)
      if (!entry) continue
      // In place, since streams that are under way hold the object.
      Object.assign(entry.callback, callback)
      entry.gate = new CallGate(callback, entry.gate)
    }
  }

  get names(): string[] {
    return [...this.#entries.keys()]
  }

  arities(): Record<string, Arity> {
    return Object.fromEntries([...this.#entries].map(([name, { callback }]) => [name, callback.arity]))
  }

  get(name: string): Callback | undefined {
    return this.#entries.get(name)?.callback
  }

  offered(name: string): OfferedCallback | undefined {
    return this.#entries.get(name)
  }

  /**
   * The stage that streams on the callback's results.
   * @throws DaffiError DAFFI_UNKNOWN_CALLBACK
   */
  stage(name: string): Stage {
    const entry = this.#entry(name)
    return (entry.stage ??= new Stage())
  }

  /** Accounts of the stages, by callback. */
  get stages(): Record<string, StageCounts> {
    const stages = [...this.#entries].flatMap(([name, { stage }]) => (stage ? [[name, stage.counts]] : []))
    return Object.fromEntries(stages) as Record<string, StageCounts>
  }

  /** Calls that the callbacks have answered, by callback. */
  get calls(): Record<string, CallCounts> {
    return Object.fromEntries([...this.#entries].map(([name, { counter }]) => [name, counter.counts]))
  }

  /**
   * Whether one more call would have to wait for its turn.
   * @param accepted number of calls that will use the callback but may not have reached its gate yet
   */
  isFull(name: string, accepted: number): boolean {
    return this.#entries.get(name)?.gate.isFull(accepted) ?? false
  }

  /** Arguments that wait for turns of the callback; undefined when its calls need not wait. */
  waiting(name: string): ByteWindow | undefined {
    return this.#entries.get(name)?.gate.waiting
  }

  /** Whether of no callback too many arguments wait. */
  get hasRoom(): boolean {
    for (const { gate } of this.#entries.values())
      if (gate.waiting && gate.waiting.used > MAX_WAITING_BYTES) return false
    return true
  }

  stats(name: string): CallStats | undefined {
    return this.#entries.get(name)?.counter.stats
  }

  /**
   * Runs a callback for a call, when its options allow.
   * @returns its result, or a promise of it: a promise costs more than a small callback
   * @throws DaffiError DAFFI_UNKNOWN_CALLBACK, DAFFI_ARGUMENT_COUNT, DAFFI_CALLBACK_TIMEOUT; else the callback's own
   * error, or an error that says what it threw
   */
  run(name: string, args: unknown[], invocation: Invocation, options: RunOptions = AS_USUAL): unknown {
    const entry = this.#entry(name)
    checkArity(name, entry.callback.arity, args.length)
    if (entry.tracer === undefined) return run(entry, args, invocation, options)
    const { isJob = false } = options
    return entry.tracer.answered(name, invocation, isJob, () => run(entry, args, invocation, options))
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name)
    if (entry) return entry
    throw new DaffiError(
      'DAFFI_UNKNOWN_CALLBACK',
      `this node offers no "${name}"; it offers ${listed(this.names)}`,
    )
  }
}

function run(
  { callback, gate, counter }: Entry,
  args: unknown[],
  invocation: Invocation,
  { finish = gather, onTurn, onWait }: RunOptions,
): unknown {
  return gate.pass(
    invocation,
    (gated) => {
      onTurn?.()
      // It may have waited. A signal that nobody reads is not made.
      if (!gate.isOpen) gated.abort.signal.throwIfAborted()
      return runInContext(gated, () => invoke(callback, args, finish, gated.abort))
    },
    args[0],
    onWait,
    counter,
  )
}

/** Runs the user's code. Whatever it throws leaves here as an error that can be read. */
function invoke({ fn }: Callback, args: unknown[], finish: Finish, abort: Abort): unknown {
  let value: unknown
  try {
    value = fn(...args)
    if (isThenable(value)) return finishLater(value, finish, abort)
  } catch (thrown) {
    throw callbackError(thrown, abort)
  }
  try {
    return finish(value, abort)
  } catch (thrown) {
    throw asError(thrown)
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

async function finishLater(later: PromiseLike<unknown>, finish: Finish, abort: Abort): Promise<unknown> {
  let value: unknown
  try {
    value = await later
  } catch (thrown) {
    throw callbackError(thrown, abort)
  }
  try {
    return await finish(value, abort)
  } catch (thrown) {
    throw asError(thrown)
  }
}
