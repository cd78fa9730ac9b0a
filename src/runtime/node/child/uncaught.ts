import { DaffiError, messageOf } from '../../core/errors.js'

/**
 * Calls `onError` once, when the user's code throws or rejects outside of any call: from a timer, an event, a
 * promise that nobody awaits. What state that leaves it in is unknown, so the node has to end.
 * Returns the function that stops watching.
 */
export function watchUncaught(node: string, onError: (error: DaffiError) => void): () => void {
  let told = false
  const onThrown = (thrown: unknown): void => {
    if (told) return
    told = true
    onError(
      new DaffiError(
        'DAFFI_UNCAUGHT',
        `code of ${node} threw outside of any call: ${messageOf(thrown)}${placeOf(thrown)}`,
        {
          cause: thrown,
        },
      ),
    )
  }
  const stop = (): void => {
    process.off('uncaughtException', onThrown)
    process.off('unhandledRejection', onThrown)
  }
  process.on('uncaughtException', onThrown)
  process.on('unhandledRejection', onThrown)
  return stop
}

function placeOf(thrown: unknown): string {
  const frame = thrown instanceof Error ? /^\s+at .*$/m.exec(thrown.stack ?? '')?.[0] : undefined
  return frame === undefined ? '' : ` (${frame.trim()})`
}
