import { AsyncLocalStorage } from 'node:async_hooks'
import { DaffiError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { Origin } from '../../core/stream/origin.js'
import type { Untyped } from './call.js'
import type { PipelineClient } from './pipeline-client.js'

/**
 * Values that a callback keeps from one item to the next, by their names: those of the item's key where the stream is shared by key,
 * else those of this node. It is there before the callback runs. Changes count when the item is done; those of an item that fails are dropped.
 * `S` has the type of each value, which nothing checks at run time.
 */
export interface State<S extends object = Record<string, unknown>> {
  /** Gives a value, as a copy; undefined when there is none. */
  get<K extends keyof S & string>(name: K): S[K] | undefined
  has(name: keyof S & string): boolean
  /**
   * Sets a value, of which a copy is kept.
   * @throws DaffiError DAFFI_UNSENDABLE, DAFFI_STATE_TOO_LARGE, DAFFI_NO_STATE after the item is done
   */
  set<K extends keyof S & string>(name: K, value: S[K]): void
  delete(name: keyof S & string): void
  /** Deletes all values. */
  clear(): void
  /** Names of all values. */
  keys(): (keyof S & string)[]
}

/**
 * Facts about the running invocation of a callback. `C` are the types of the callbacks that it calls itself, `S` those of the values
 * in its state.
 */
export interface Context<C = Untyped, S extends object = Record<string, unknown>> {
  /**
   * Name of the node that called, as the caller gives it: whoever may call can give any name, so it is no proof of who calls.
   * Undefined when the caller is not a node of daffi's.
   */
  from: string | undefined
  /** Aborts when the caller gives up, or the stream ends for this node. */
  signal: AbortSignal
  /** Writes lines to the standard error of this node. */
  log: Logger
  /** Whether the item, one of the batch, or the job was delivered before and not acknowledged. */
  redelivered: boolean
  /**
   * Item of a source that this item was made from, through all stages; undefined for a call that is no stream, for a batch, and in
   * a join.
   */
  origin: Origin | undefined
  /**
   * Origin of each item of a batch, or of the items of a join, in the order of their sides' names; undefined for a callback without
   * the options `batch` and `join`.
   */
  origins: readonly Origin[] | undefined
  /**
   * Values that the callback keeps from item to item, also when its process ends: for items of streams, with the option `state`.
   * @throws DaffiError DAFFI_NO_STATE for calls that are no stream, and without the option
   */
  readonly state: State<S>
  /** This node's own client, with which the callback calls other nodes. */
  g: PipelineClient<C>
}

/**
 * One execution of a callback. An AbortSignal costs more than a small call, so it is made when the callback first reads
 * it.
 */
export interface Invocation extends Omit<Context, 'signal' | 'state'> {
  /** Name of the callback. */
  callback: string
  abort: Abort
  /** Undefined where there is none. */
  state: State | undefined
  /** Context of the caller's span, where calls are traced. */
  traceparent?: string | undefined
}

/** An object that makes a signal when it is read, as an AbortController does. */
export type Abort = Pick<AbortController, 'signal'>

/** Makes the invocation of a callback for a caller; `from` is undefined for a caller that is not a node. */
export type MakeInvocation = (callback: string, from: string | undefined, abort: Abort) => Invocation

const storage = new AsyncLocalStorage<Invocation>()

/**
 * Returns the caller's name, the abort signal, a logger and this node's client, inside a callback and what it awaits.
 * @throws DaffiError DAFFI_NO_CONTEXT outside a callback
 * @example
 * const { from, signal, log, g } = context()
 */
export function context<C = Untyped, S extends object = Record<string, unknown>>(): Context<C, S> {
  const found = storage.getStore()
  if (!found) throw new DaffiError('DAFFI_NO_CONTEXT', 'context() was called outside a callback')
  const { from, log, redelivered, origin, origins, state, g, abort } = found
  // The types `C` and `S` are the callback's claim, as with Global.connect: nothing checks them at run time.
  const client = g as PipelineClient<unknown> as PipelineClient<C>
  return {
    from,
    log,
    redelivered,
    origin,
    origins,
    g: client,
    signal: abort.signal,
    get state() {
      return stateOf(state) as unknown as State<S>
    },
  }
}

function stateOf(state: State | undefined): State {
  if (state) return state
  throw new DaffiError(
    'DAFFI_NO_STATE',
    'context().state was read in a call that is no item of a stream, or in a callback without the option state',
  )
}

/** The same invocation with another signal. */
export function withAbort(invocation: Invocation, abort: Abort): Invocation {
  const { callback, from, log, redelivered, origin, origins, state, g } = invocation
  return { callback, from, log, redelivered, origin, origins, state, g, abort }
}

/** Name of the callback that runs at present; undefined outside of callbacks. */
export function runningCallback(): string | undefined {
  return storage.getStore()?.callback
}

/** Runs a callback so that `context()` gives this invocation. */
export function runInContext<R>(invocation: Invocation, callback: () => R): R {
  return storage.run(invocation, callback)
}
