import type { DaffiError } from '../../core/errors.js'
import type { StreamSummary } from '../../core/summary.js'
import type { Job } from './job.js'
import type { Modifier, SilentBroadcast } from './modifiers.js'
import type { ScheduledTask } from '../schedules/schedule-record.js'
import { PendingCall, type Carrier } from './pending-call.js'

/** A call that is not sent yet: it goes out once, at the first `await`, `with` or iteration. */
export interface Call<R> extends PromiseLike<R> {
  /** Goes to this node and no other. */
  to(node: string): this
  with(modifier: Modifier<'FG'>): Promise<R>
  with(modifier: Modifier<'BG'>): Promise<Job<R>>
  with(modifier: Modifier<'NO_RETURN'> | SilentBroadcast): Promise<void>
  with(modifier: Modifier<'BROADCAST'>): Promise<Record<string, R | DaffiError>>
  with(modifier: Modifier<'PERIOD'>): Promise<ScheduledTask>
  with(modifier: Modifier<'STREAM'>): Promise<StreamSummary>
}

/**
 * A call of a callback that yields. `for await` gives the items as they come, and stops the callback when the loop is
 * left; `await` gives all of them as an array.
 */
export interface YieldingCall<T> extends Call<T[]>, AsyncIterable<T> {}

/** A call whose argument is an iterable of what the callback takes. */
export interface StreamCall {
  /** Goes to this node and no other. */
  to(node: string): StreamCall
  with(modifier: Modifier<'STREAM'>): Promise<StreamSummary>
}

/** What calling a callback gives that returns `R`: a generator, or any other iterator, yields. */
type CallOf<R> = [R] extends [never]
  ? Call<R>
  : unknown extends R
    ? Call<R>
    : [R] extends [AsyncIterable<infer T> | Iterator<infer T>]
      ? YieldingCall<T>
      : Call<R>

interface TypedCallback<A extends unknown[], R> {
  (...args: A): CallOf<Awaited<R>>
  (items: Iterable<A[0]> | AsyncIterable<A[0]>): StreamCall
}

/** Callbacks of which nothing is known but their names. */
export type Untyped = Record<string, <R = unknown>(...args: unknown[]) => Call<R> & AsyncIterable<unknown>>

/** `g.call.<name>(…args)`, typed by `C`, such as `typeof import('./callbacks/shop.ts')`. */
export type CallProxy<C> = [Untyped] extends [C]
  ? Untyped
  : { readonly [K in keyof C]: C[K] extends (...args: infer A) => infer R ? TypedCallback<A, R> : never }

export function callProxy<C>(carrier: Carrier): CallProxy<C> {
  const handler: ProxyHandler<object> = {
    get: (_target, name) => {
      // A proxy that is awaited or inspected by accident is asked for `then` and for symbols.
      if (typeof name === 'symbol' || name === 'then') return undefined
      return (...args: unknown[]) => new PendingCall(carrier, name, args)
    },
  }
  return new Proxy({}, handler) as CallProxy<C>
}
