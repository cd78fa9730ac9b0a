import { DaffiError, messageOf } from '../../core/errors.js'

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
    const message = `code of ${node} threw outside of any call: ${messageOf(thrown)}${stackFrameOf(thrown)}`
    onError(new DaffiError('DAFFI_UNCAUGHT', message, { cause: thrown }))
  }
  const stop = (): void => {
    process.off('uncaughtException', onThrown)
    process.off('unhandledRejection', onThrown)
  }
  process.on('uncaughtException', onThrown)
  process.on('unhandledRejection', onThrown)
  return stop
}

function stackFrameOf(thrown: unknown): string {
  const frame = thrown instanceof Error ? /^\s+at .*$/m.exec(thrown.stack ?? '')?.[0] : undefined
  return frame === undefined ? '' : ` (${frame.trim()})`
}
