import { AsyncLocalStorage } from 'node:async_hooks'
import { DaffiError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { Untyped } from './call.js'
import type { Member } from './member.js'

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

const storage = new AsyncLocalStorage<Context>()

/**
 * Who called, the abort signal, a logger and the node, from inside a callback and what it awaits.
 * @throws DaffiError DAFFI_NO_CONTEXT outside a callback
 */
export function context<C = Untyped>(): Context<C> {
  const found = storage.getStore()
  if (!found) throw new DaffiError('DAFFI_NO_CONTEXT', 'context() was called outside a callback')
  // The types are the callback's word on what other nodes offer, as with Global.connect.
  return found as Context<unknown> as Context<C>
}

export function runInContext<R>(found: Context, run: () => R): R {
  return storage.run(found, run)
}
