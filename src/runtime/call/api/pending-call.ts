import { DaffiError } from '../../core/errors.js'
import { FG, type Modifier } from './modifiers.js'

/** Callback, arguments and node of a call. */
export interface Target {
  callback: string
  args: unknown[]
  to: string | undefined
}

/** Carries out calls as their modifiers say. */
export interface CallDispatcher {
  send: (target: Target, modifier: Modifier) => Promise<unknown>
  /** Carries out a call whose items are returned one by one. */
  items: (target: Target) => AsyncIterable<unknown>
}

/** The implementation of every call: it remembers whether it was sent, and how. Its types are those of `Call`. */
export class PendingCall implements PromiseLike<unknown>, AsyncIterable<unknown> {
  readonly #dispatcher: CallDispatcher
  readonly #target: Target
  #sent: Promise<unknown> | undefined

  constructor(dispatcher: CallDispatcher, callback: string, args: unknown[]) {
    this.#dispatcher = dispatcher
    this.#target = { callback, args, to: undefined }
  }

  to(node: string): this {
    if (this.#sent) throw this.#sentAlready('.to() comes before .with() and await')
    this.#target.to = node
    return this
  }

  with(modifier: Modifier): Promise<unknown> {
    if (this.#sent) return Promise.reject(this.#sentAlready('a call is sent once'))
    return this.#send(modifier)
  }

  then<A = unknown, B = never>(
    onFulfilled?: ((value: unknown) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#promise().then(onFulfilled, onRejected)
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<unknown> {
    return this.#promise().catch(onRejected)
  }

  finally(onFinally?: (() => void) | null): Promise<unknown> {
    return this.#promise().finally(onFinally)
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    if (this.#sent) throw this.#sentAlready('a call is iterated over once, and not awaited as well')
    this.#sent = Promise.reject(this.#sentAlready('a call that is iterated over has no value to await'))
    this.#sent.catch(() => undefined)
    return this.#dispatcher.items(this.#target)[Symbol.asyncIterator]()
  }

  #promise(): Promise<unknown> {
    return this.#sent ?? this.#send(FG)
  }

  #send(modifier: Modifier): Promise<unknown> {
    this.#sent = this.#dispatcher.send(this.#target, modifier)
    return this.#sent
  }

  #sentAlready(why: string): DaffiError {
    return new DaffiError('DAFFI_USAGE', `"${this.#target.callback}" was sent already: ${why}`)
  }
}
