import { DaffiError } from '../../core/errors.js'
import { thrownLine } from '../../core/message/error-text.js'
import { asError } from '../../core/thrown/read-thrown.js'

/**
 * Calls `onError` once when the user's code throws or rejects outside of any call: in a timer, in an event listener, or
 * in a promise that is never awaited. The state of the program is unknown after that, so the node has to end.
 * @returns a function that removes the listeners
 */
export function watchUncaught(node: string, onError: (error: DaffiError) => void): () => void {
  let reported = false
  const onThrown = (thrown: unknown): void => {
    if (reported) return
    reported = true
    const cause = asError(thrown)
    const message = `code of ${node} threw outside of any call: ${thrownLine(cause)}`
    onError(new DaffiError('DAFFI_UNCAUGHT', message, { cause }))
  }
  const stop = (): void => {
    process.off('uncaughtException', onThrown)
    process.off('unhandledRejection', onThrown)
  }
  process.on('uncaughtException', onThrown)
  process.on('unhandledRejection', onThrown)
  return stop
}
