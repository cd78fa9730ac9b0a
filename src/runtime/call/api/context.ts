import { AsyncLocalStorage } from 'node:async_hooks'
import { DaffiError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { Untyped } from './call.js'
import type { Member } from './pipeline-client.js'

/** What a callback can know besides its arguments. `C` are the types of the callbacks that it calls itself. */
export interface Context<C = Untyped> {
  /** The node that called; undefined for a caller that is no node of daffi's. */
  from: string | undefined
  /** Aborts when the caller gives up, or the stream ends for this node. */
  signal: AbortSignal
  log: Logger
  /** The item was delivered before and not acknowledged. */
  redelivered: boolean
  /** This node among the others. */
  g: Member<C>
}

/**
 * A run of a callback, as the room passes it on. An AbortSignal costs more than a small call, so it is not made before
 * somebody looks at it.
 */
export interface Run extends Omit<Context, 'signal'> {
  abort: Abort
}

/** What gives a signal when it is looked at, as an AbortController does. */
export type Abort = Pick<AbortController, 'signal'>

const storage = new AsyncLocalStorage<Run>()

/**
 * Who called, the abort signal, a logger and the node, from inside a callback and what it awaits.
 * @throws DaffiError DAFFI_NO_CONTEXT outside a callback
 */
export function context<C = Untyped>(): Context<C> {
  const found = storage.getStore()
  if (!found) throw new DaffiError('DAFFI_NO_CONTEXT', 'context() was called outside a callback')
  const { abort, g, ...rest } = found
  // The types are the callback's word on what other nodes offer, as with Global.connect.
  return { ...rest, g: g as Member<unknown> as Member<C>, signal: abort.signal }
}

export function runInContext<R>(run: Run, callback: () => R): R {
  return storage.run(run, callback)
}
