import { deferred } from '../../core/deferred.js'
import type { DaffiError } from '../../core/errors.js'

/** The end of a node's membership, which comes once: by its own request or by an error. */
export class Lifetime {
  readonly #leave: () => Promise<void>
  readonly #ended = deferred()
  readonly #afterLeave: (() => Promise<void>)[] = []
  #stopping: Promise<void> | undefined
  #failure: DaffiError | undefined

  /** @param leave finishes the running callbacks, leaves, and closes what was opened */
  constructor(leave: () => Promise<void>) {
    this.#leave = leave
    // The error is for callers of `join`; without one it must not become an unhandled rejection.
    this.#ended.promise.catch(() => undefined)
  }

  /** The error because of which the node leaves; undefined for one that leaves as it was told. */
  get failure(): DaffiError | undefined {
    return this.#failure
  }

  get isClosing(): boolean {
    return this.#stopping !== undefined
  }

  /** Settles when the node has left; rejects with the error because of which it had to leave. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  /** Leaves the pipeline. Can be called again: each call resolves when the node has left. */
  async stop(): Promise<void> {
    this.#stopping ??= this.#end().finally(() => this.#ended.resolve())
    await this.#stopping
  }

  /** Adds a function that is called once the node has left, also when that failed. */
  afterLeave(close: () => Promise<void>): void {
    this.#afterLeave.push(close)
  }

  /** Leaves the pipeline because of an error, with which `ended` rejects. */
  fail(error: DaffiError): void {
    if (!this.isClosing) this.#failure = error
    this.#ended.reject(error)
    void this.stop().catch(() => undefined)
  }

  async #end(): Promise<void> {
    try {
      await this.#leave()
    } finally {
      for (const close of this.#afterLeave) await close()
    }
  }
}
