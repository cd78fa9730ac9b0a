import { formatMs } from '../../core/timeout.js'
import { startTimer } from '../../core/timer.js'
import type { Child } from './process/child-process.js'

/** Signals of the run that all of its nodes share. */
interface RunSignals {
  /** Aborts when every node is to leave. */
  leaving: AbortSignal
  /** Aborts when every process is to be killed. */
  forced: AbortSignal
}

/** Signals that stop one node. `leaving` also aborts when the whole run leaves. */
export class StopSignals {
  readonly draining = new AbortController()
  readonly leaving = new AbortController()
  readonly #forced: AbortSignal

  constructor({ leaving, forced }: RunSignals) {
    this.#forced = forced
    if (leaving.aborted) this.leaving.abort()
    else leaving.addEventListener('abort', () => this.leaving.abort(), { signal: this.leaving.signal })
  }

  /** Listens to the run no more, when the node has ended. */
  end(): void {
    this.leaving.abort()
  }

  /**
   * Passes the signals on to the node's process, until `exited` aborts.
   * @param stopTimeoutMs time after the order to leave, for finishing running callbacks and saying goodbye, after which the process is
   * killed
   * @param tell gets the rest of a sentence that begins with the node's name
   */
  forward(child: Child, exited: AbortSignal, stopTimeoutMs: number, tell: (text: string) => void): void {
    const leave = (): void => {
      child.send({ type: 'leave' })
      const timer = startTimer(stopTimeoutMs, () => {
        const why = `did not leave within ${formatMs(stopTimeoutMs)}, and is killed`
        tell(why)
        child.kill(why.replace('is killed', 'was killed'))
      })
      exited.addEventListener('abort', () => timer.cancel())
    }
    const drain = (): void => child.send({ type: 'drain', isComplete: this.draining.signal.reason === true })
    const kill = (): void => child.kill('was killed, since its run was ended by force')
    this.draining.signal.addEventListener('abort', drain, { signal: exited })
    this.leaving.signal.addEventListener('abort', leave, { signal: exited })
    if (this.#forced.aborted) kill()
    else this.#forced.addEventListener('abort', kill, { signal: exited })
  }
}
