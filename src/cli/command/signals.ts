import { isClosedOutput } from './closed-output.js'

/** How the person, or the system, asks a command to end. */
export interface Signals extends Disposable {
  /** The first Ctrl-C, SIGTERM or SIGHUP, or nobody reading our output any more: end in good order. */
  stop: AbortSignal
  /** The second one: end at once. */
  force: AbortSignal
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** How long what is forced may take before the process exits whatever it was doing. */
const FORCED_MS = 3000
/** Exit code of a command that was ended by force. */
export const FORCED = 130

export function watchSignals(): Signals {
  const stop = new AbortController()
  const force = new AbortController()

  const onSignal = (): void => {
    if (!stop.signal.aborted) stop.abort()
    else {
      force.abort()
      setTimeout(() => process.exit(FORCED), FORCED_MS).unref()
    }
  }
  const onOutputError = (error: NodeJS.ErrnoException): void => {
    if (isClosedOutput(error)) stop.abort()
  }

  for (const signal of SIGNALS) process.on(signal, onSignal)
  process.stdout.on('error', onOutputError)
  return {
    stop: stop.signal,
    force: force.signal,
    [Symbol.dispose]() {
      for (const signal of SIGNALS) process.off(signal, onSignal)
      process.stdout.off('error', onOutputError)
    },
  }
}
