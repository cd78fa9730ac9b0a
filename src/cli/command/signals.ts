import { watchEndSignals, type EndSignals } from '../../runtime/core/process/end-signals.js'
import { isClosedOutput } from './closed-output.js'

export { FORCED } from '../../runtime/core/process/end-signals.js'

/** Requests to end a command; `stop` also aborts when standard output is closed. */
export type Signals = Omit<EndSignals, 'end'>

export function watchSignals(): Signals {
  const signals = watchEndSignals()
  const onOutputError = (error: NodeJS.ErrnoException): void => {
    if (isClosedOutput(error)) signals.end()
  }
  process.stdout.on('error', onOutputError)
  return {
    stop: signals.stop,
    force: signals.force,
    [Symbol.dispose]() {
      signals[Symbol.dispose]()
      process.stdout.off('error', onOutputError)
    },
  }
}
