import type { Callback } from '../../callback/index.js'
import type { Deliver } from '../../stream/index.js'
import { runInContext, type Run } from '../api/context.js'

/** Runs the callback with one item after the other, in one context for the whole stream but for what is redelivered. */
export function itemRunner(callback: Callback, makeRun: () => Run): Deliver {
  let run: Run | undefined
  return (item, redelivered = false) => {
    run ??= makeRun()
    // Looked up for each item, since it may be renewed.
    const { fn } = callback
    // A new one, as callbacks that have not finished yet may hold the old one.
    if (run.redelivered !== redelivered) run = { ...run, redelivered }
    return runInContext(run, () => fn(item))
  }
}
