import type { Callback } from '../../callback/index.js'
import type { Deliver } from '../../stream/index.js'
import { runInContext, type Invocation } from '../api/context.js'

/**
 * Runs a callback with one item of a stream after the other, all in one context, but for items that are redelivered.
 * @param makeInvocation called at the first item
 */
export function itemRunner(callback: Callback, makeInvocation: () => Invocation): Deliver {
  let invocation: Invocation | undefined
  return (item, redelivered = false) => {
    invocation ??= makeInvocation()
    // Read for each item, since the code may be replaced.
    const { fn } = callback
    // A new object, since callbacks that have not finished yet may hold the old one.
    if (invocation.redelivered !== redelivered) invocation = { ...invocation, redelivered }
    return runInContext(invocation, () => fn(item))
  }
}
