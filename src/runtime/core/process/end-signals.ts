/** Requests of a person, or of the system, to end this process. */
export interface EndSignals extends Disposable {
  /** Aborts at the first Ctrl-C, SIGTERM or SIGHUP, or by `end`: shut down gracefully. */
  stop: AbortSignal
  /** Aborts at the second one: end at once. */
  force: AbortSignal
  /** Does what the first one does. */
  end: () => void
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** Time for a forced end, after which the process exits whatever it is doing. */
const FORCED_EXIT_MS = 3000
/** Exit code of a process that was ended by force. */
export const FORCED = 130

/** Listens to the signals, which no longer end the process by themselves then. */
export function watchEndSignals(): EndSignals {
  const stop = new AbortController()
  const force = new AbortController()
  const onSignal = (): void => {
    if (!stop.signal.aborted) stop.abort()
    else {
      force.abort()
      setTimeout(() => process.exit(FORCED), FORCED_EXIT_MS).unref()
    }
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return {
    stop: stop.signal,
    force: force.signal,
    end: () => stop.abort(),
    [Symbol.dispose]() {
      for (const signal of SIGNALS) process.off(signal, onSignal)
    },
  }
}
