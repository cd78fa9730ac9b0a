import { DaffiError } from '../core/errors.js'
import type { StreamSummary } from '../core/summary.js'
import type { Job } from './jobs/job.js'
import { FG, type Modifier, type SilentBroadcast } from './modifiers.js'

/** Carries out a call with a modifier. */
export type Send = (
  call: { callback: string; args: unknown[]; to: string | undefined },
  modifier: Modifier,
) => Promise<unknown>

/** A call that is not sent yet: it goes out once, at the first `await` or `with`. */
export class Call<R> implements PromiseLike<R> {
  readonly #send: Send
  readonly #callback: string
  readonly #args: unknown[]
  #to: string | undefined
  #sent: Promise<unknown> | undefined

  constructor(send: Send, callback: string, args: unknown[]) {
    this.#send = send
    this.#callback = callback
    this.#args = args
  }

  /** Goes to this node and no other. */
  to(node: string): this {
    if (this.#sent)
      throw new DaffiError(
        'DAFFI_USAGE',
        `"${this.#callback}" was sent already: .to() comes before .with() and await`,
      )
    this.#to = node
    return this
  }

  with(modifier: Modifier<'FG'>): Promise<R>
  with(modifier: Modifier<'BG'>): Promise<Job<R>>
  with(modifier: Modifier<'NO_RETURN'> | SilentBroadcast): Promise<void>
  with(modifier: Modifier<'BROADCAST'>): Promise<Record<string, R | DaffiError>>
  with(modifier: Modifier<'STREAM'>): Promise<StreamSummary>
  with(modifier: Modifier): Promise<unknown> {
    if (this.#sent) {
      return Promise.reject(
        new DaffiError('DAFFI_USAGE', `"${this.#callback}" was sent already: a call is sent once`),
      )
    }
    return this.#start(modifier)
  }

  then<A = R, B = never>(
    onFulfilled?: ((value: R) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    const sent = (this.#sent ?? this.#start(FG)) as Promise<R>
    return sent.then(onFulfilled, onRejected)
  }

  #start(modifier: Modifier): Promise<unknown> {
    this.#sent = this.#send({ callback: this.#callback, args: this.#args, to: this.#to }, modifier)
    return this.#sent
  }
}

/** A call whose argument is an iterable of what the callback takes. */
export interface StreamCall {
  /** Goes to this node and no other. */
  to(node: string): StreamCall
  with(modifier: Modifier<'STREAM'>): Promise<StreamSummary>
}

interface TypedCallback<A extends unknown[], R> {
  (...args: A): Call<Awaited<R>>
  (items: Iterable<A[0]> | AsyncIterable<A[0]>): StreamCall
}

/** Callbacks of which nothing is known but their names. */
export type Untyped = Record<string, <R = unknown>(...args: unknown[]) => Call<R>>

/** `g.call.<name>(…args)`, typed by `C`, such as `typeof import('./callbacks/shop.ts')`. */
export type CallProxy<C> = [Untyped] extends [C]
  ? Untyped
  : { readonly [K in keyof C]: C[K] extends (...args: infer A) => infer R ? TypedCallback<A, R> : never }

export function callProxy<C>(send: Send): CallProxy<C> {
  const handler: ProxyHandler<object> = {
    get: (_target, name) => {
      // A proxy that is awaited or inspected by accident is asked for `then` and for symbols.
      if (typeof name === 'symbol' || name === 'then') return undefined
      return <R>(...args: unknown[]) => new Call<R>(send, name, args)
    },
  }
  return new Proxy({}, handler) as CallProxy<C>
}
