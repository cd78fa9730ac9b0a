import { watchEndSignals, type EndSignals } from '../../runtime/core/process/end-signals.js'
import { stderr, stdout } from '../show/output.js'
import { isClosedOutput } from './closed-output.js'

export { FORCED } from '../../runtime/core/process/end-signals.js'

/** Requests to end a command; `stop` also aborts when standard output is closed. */
export type Signals = Omit<EndSignals, 'end'>

export function watchSignals(): Signals {
  // Before all others, which may print.
  process.on('SIGINT', eraseEcho)
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
      process.off('SIGINT', eraseEcho)
    },
  }
}

/** Takes away the `^C` that a terminal writes: what follows, be it the prompt of the shell, begins at the start of its line. */
function eraseEcho(): void {
  const terminal = [stderr, stdout].find(({ isTTY }) => isTTY)
  terminal?.erase(0)
}
