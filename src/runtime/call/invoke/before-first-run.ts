import type { Callback } from '../../callback/index.js'

/** Has `before` called once, before any of the callbacks first runs. Later runs take no time for it. */
export function beforeFirstRun(callbacks: readonly Callback[], before: () => void): Callback[] {
  const watched = callbacks.map((callback) => {
    const { fn } = callback
    const first: Callback['fn'] = (...args) => {
      unwatch()
      before()
      return fn(...args)
    }
    return { callback, first, shown: { ...callback, fn: first } }
  })
  const unwatch = (): void => {
    // The code of a callback that was replaced meanwhile stays.
    for (const { callback, first, shown } of watched) if (shown.fn === first) shown.fn = callback.fn
  }
  return watched.map(({ shown }) => shown)
}
