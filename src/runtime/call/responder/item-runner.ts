import type { Deliver } from '../../stream/index.js'
import { runInContext, type Invocation } from '../api/context.js'
import type { OfferedCallback } from '../invoke/registry.js'

/**
 * Runs a callback with one item of a stream after the other, all in one context, but for items that are redelivered.
 * @param makeInvocation called at the first item
 */
export function itemRunner(offered: OfferedCallback, makeInvocation: () => Invocation): Deliver {
  let invocation: Invocation | undefined
  return (item, redelivered = false) => {
    invocation ??= makeInvocation()
    // Read for each item, since the code and its options may be replaced.
    const { callback, gate } = offered
    const { fn } = callback
    // A new object, since callbacks that have not finished yet may hold the old one.
    if (invocation.redelivered !== redelivered) invocation = { ...invocation, redelivered }
    if (gate.isOpen) return runInContext(invocation, () => fn(item))
    return gate.pass(invocation, (gated) => runInContext(gated, async () => await fn(item)))
  }
}
