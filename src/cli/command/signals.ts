import { isClosedOutput } from './closed-output.js'

/** Requests of the user, or of the system, to end a command. */
export interface Signals extends Disposable {
  /** Aborts at the first Ctrl-C, SIGTERM or SIGHUP, or when standard output is closed: shut down gracefully. */
  stop: AbortSignal
  /** Aborts at the second one: end at once. */
  force: AbortSignal
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** Time for a forced end, after which the process exits whatever it is doing. */
const FORCED_EXIT_MS = 3000
/** Exit code of a command that was ended by force. */
export const FORCED = 130

export function watchSignals(): Signals {
  const stop = new AbortController()
  const force = new AbortController()

  const onSignal = (): void => {
    if (!stop.signal.aborted) stop.abort()
    else {
      force.abort()
      setTimeout(() => process.exit(FORCED), FORCED_EXIT_MS).unref()
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
