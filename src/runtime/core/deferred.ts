/** A promise together with the functions that settle it. */
export interface Deferred<T> {
  promise: Promise<T>
  resolve: (value: T | PromiseLike<T>) => void
  reject: (reason: unknown) => void
}

/** Same as Promise.withResolvers, which Node 20 does not have. */
export function deferred<T = void>(): Deferred<T> {
  let resolve!: Deferred<T>['resolve']
  let reject!: Deferred<T>['reject']
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

/** A condition to wait for repeatedly: `wait()` resolves at the next `notify()`. */
export class Wakeup {
  #next: Deferred<void> | undefined

  wait(): Promise<void> {
    this.#next ??= deferred()
    return this.#next.promise
  }

  notify(): void {
    this.#next?.resolve()
    this.#next = undefined
  }
}
