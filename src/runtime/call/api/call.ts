import type { DaffiError } from '../../core/errors.js'
import type { StreamSummary } from '../../core/plan/summary.js'
import type { Job } from './job.js'
import type { Modifier, SilentBroadcast } from './modifiers.js'
import type { ScheduledTask } from './scheduled-task.js'

/**
 * A call that is not sent yet: it is sent once, at the first `await`, `with` or iteration.
 * @example
 * const sum = await g.call.add(1, 2)
 * const other = await g.call.add(1, 2).to('process1').with(FG({ timeout: '5s' }))
 */
export interface Call<R> extends PromiseLike<R> {
  /**
   * Sends the call to the node of this name and no other.
   * @returns the same call
   */
  to(node: string): this
  /** Sends the call as `await` does, and gives what `onRejected` makes of its error. */
  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<R | B>
  /** Sends the call as `await` does, and calls `onFinally` when it is over, whatever its outcome. */
  finally(onFinally?: (() => void) | null): Promise<R>
  /**
   * Resolves with the value, from one of the nodes that offer the callback. `await` without a modifier does the same.
   * @throws RemoteError when the callback threw; DaffiError DAFFI_TIMEOUT, DAFFI_ABORTED, DAFFI_UNKNOWN_CALLBACK,
   * DAFFI_UNKNOWN_NODE, DAFFI_ARGUMENT_COUNT, DAFFI_NODE_DIED, DAFFI_SERVER_LOST
   */
  with(modifier: Modifier<'FG'>): Promise<R>
  /** Resolves with a job as soon as the call is sent; the job gives the value later. */
  with(modifier: Modifier<'BG'>): Promise<Job<R>>
  /** Resolves when a node has received the call, or each node with BROADCAST; no values are returned. */
  with(modifier: Modifier<'NO_RETURN'> | SilentBroadcast): Promise<void>
  /** Calls every node that offers the callback. Resolves with each node's value, or its error, by the node's name. */
  with(modifier: Modifier<'BROADCAST'>): Promise<Record<string, R | DaffiError>>
  /**
   * Stores a schedule on the server, by which the call is repeated.
   * @throws DaffiError DAFFI_BAD_SCHEDULE, DAFFI_BAD_INTERVAL, DAFFI_BAD_CRON, DAFFI_PAST_DEADLINE,
   * DAFFI_SERVER_TOO_OLD
   */
  with(modifier: Modifier<'PERIOD'>): Promise<ScheduledTask>
}

/** A call whose only argument is an iterable, so that its items can be sent one by one. */
export interface Streamable {
  /**
   * Sends each item to every node that offers the callback. Resolves at the end of the stream.
   * @throws DaffiError DAFFI_NOT_ITERABLE, DAFFI_NO_RECEIVER, DAFFI_STREAM_ARITY before the first item; StreamError,
   * whose `summary` accounts for every item
   */
  with(modifier: Modifier<'STREAM'>): Promise<StreamSummary>
}

/**
 * A call of a callback that yields. `for await` gives the items as they come, and stops the callback when the loop is
 * left; `await` gives all of them as an array.
 */
export interface YieldingCall<T> extends Call<T[]>, AsyncIterable<T> {}

/**
 * A call whose argument is an iterable of what the callback takes, or one without arguments, which is sent by
 * `.with(STREAM({ resultsOf }))`. It can only be sent by `.with(STREAM)`: its `then`
 * is not that of a promise, so that the compiler refuses `await`.
 */
export interface StreamCall extends Streamable {
  /**
   * Sends the items to the node of this name and no other.
   * @returns the same call
   */
  to(node: string): this
  then(hint: 'a stream is sent by .with(STREAM)'): never
}

/** A call of a callback that is known by its name only. */
export type UntypedCall<R = unknown> = Call<R> & Streamable & AsyncIterable<unknown>

/** A call of a callback that returns `R`: a generator, or any other iterator, yields. */
type CallOf<R> = [R] extends [never]
  ? Call<R>
  : unknown extends R
    ? Call<R>
    : [R] extends [AsyncIterable<infer T> | Iterator<infer T>]
      ? YieldingCall<T>
      : Call<R>

type AnyIterable<T> = Iterable<T> | AsyncIterable<T>

/** The first argument of a callback, whether it is optional or not. */
type First<A extends unknown[]> = Required<A>[0]

/** Whether a callback with these parameters can be given items: each item is its only argument. */
type TakesItems<A extends unknown[]> = A extends [] ? false : [First<A>] extends A ? true : false

/**
 * Whether an iterable that fits the parameters themselves may also be a stream of items: where the first parameter
 * takes anything, but not where it takes iterables, such as an array, whose elements are no arguments.
 */
type MayStream<A extends unknown[]> =
  TakesItems<A> extends false
    ? false
    : unknown extends First<A>
      ? true
      : [First<A>] extends [AnyIterable<unknown>]
        ? false
        : Iterable<never> extends First<A>
          ? true
          : false

/** A callback as its callers see it, with the parameters `A` and the result `R`. */
export type TypedCallback<A extends unknown[], R> = ((
  ...args: A
) => MayStream<A> extends true ? CallOf<Awaited<R>> & Streamable : CallOf<Awaited<R>>) &
  (TakesItems<A> extends true ? (items: AnyIterable<First<A>>) => StreamCall : unknown) &
  (TakesItems<A> extends true ? ([] extends A ? unknown : () => StreamCall) : unknown)

/** A callback that is known by its name only. */
export type UntypedCallback = <R = unknown>(...args: unknown[]) => UntypedCall<R>

/**
 * Callbacks that are known by their names only. Under the compiler's flag `noUncheckedIndexedAccess` use
 * `g.callback(name)`, since that flag makes each property of such a type possibly undefined.
 */
export type Untyped = Record<string, UntypedCallback>

/**
 * Callbacks by name, typed by `C`, such as `typeof import('./callbacks/shop.js')`. A default export has the name of its file,
 * which no type knows: `{ look: (typeof import('./callbacks/look.js'))['default'] }`.
 */
export type CallProxy<C> = [Untyped] extends [C]
  ? Untyped
  : {
      readonly [K in keyof C as K extends 'default' ? never : K]: C[K] extends (...args: infer A) => infer R
        ? TypedCallback<A, R>
        : never
    }
