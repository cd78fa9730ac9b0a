import type { Duration } from '../../core/duration.js'
import type { CallbackSettings } from '../../core/plan/callback-options.js'
import type { Arity } from '../../core/plan/plan.js'

/** Options of one callback, in the export `options` of its module, under the callback's name. */
export interface CallbackOptions {
  /**
   * Whether items of a stream are loaned to the callback instead of copied: faster, but the memory is valid only until the callback
   * has returned (or its promise has settled).
   * @default false
   */
  borrow?: boolean
  /** Number of calls that may run at the same time; further calls wait in order. @default no limit */
  concurrency?: number
  /**
   * Number of calls, and items of streams, that may begin in any second (`10/s`), minute (`m`), hour (`h`) or day (`d`), in each
   * process that offers the callback; further ones wait in order. With `by` for each value at that path of the item, or of the first
   * argument. Not `by` together with `batch`.
   * @default no limit
   */
  rate?: string | { limit: string; by?: string | ((value: unknown) => unknown) }
  /**
   * Longest time that a call may run; a number is **seconds**. After it the call's signal is aborted, and the call fails with
   * DAFFI_CALLBACK_TIMEOUT.
   * @default no limit
   */
  timeout?: Duration
  /**
   * Gives the callback the items of a stream in arrays: up to `items`, as they come `within` that time of the first one. Where its
   * results are streamed on, it returns an array of the same length. Calls that are answered are not affected.
   * @default none; { items: 8, within: '20ms' } for what is left out
   */
  batch?: { items?: number; within?: Duration }
  /**
   * Gives the callback items of several streams together, which were captured `within` that time of one another: an object with
   * the names that the streams have by `as`. `missing` says what becomes of an item without a partner: `drop` counts it as
   * unmatched, `last` gives it to the callback with the last item of the other side, null with null. An item waits for its partner
   * for `patience` at most. Not together with `batch`.
   * @default none; { within: '15ms', missing: 'drop', patience: '5s' } for what is left out
   */
  join?: { within?: Duration; missing?: 'drop' | 'last' | 'null' | null; patience?: Duration }
  /**
   * Gives the callback `context().state` for items of streams: values that it keeps from one item to the next, by the item's key where
   * the stream is shared by key. They outlive the process, but those of live streams only with `{ keep: true }`; `{ keep: false }`
   * has them in memory only. Not together with `batch` or `join`.
   * @default false
   */
  state?: boolean | { keep?: boolean }
}

/** A function that a node offers. */
export interface Callback {
  name: string
  arity: Arity
  fn: (...args: unknown[]) => unknown
  options: CallbackSettings
  /** Names of the streams that it joins, where a pipeline file gives them; those of other programs become known as they come. */
  sides?: readonly string[]
}
