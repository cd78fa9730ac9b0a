import type { Callback } from '../../callback/index.js'
import type { Deliver } from '../../stream/index.js'
import { runInContext, type Context } from '../context.js'

/** Runs the callback with one item after the other, in one context for the whole stream but for what is redelivered. */
export function itemRunner(callback: Callback, makeContext: () => Context): Deliver {
  let context: Context | undefined
  return (item, redelivered = false) => {
    context ??= makeContext()
    // Looked up for each item, since it may be renewed.
    const { fn: run } = callback
    // A new one, as callbacks that have not finished yet may hold the old one.
    if (context.redelivered !== redelivered) context = { ...context, redelivered }
    return runInContext(context, () => run(item))
  }
}
