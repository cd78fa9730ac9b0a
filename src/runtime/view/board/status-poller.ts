import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Wakeup } from '../../core/deferred.js'
import { plainData } from '../../core/text/plain-text.js'
import { askStatus, type AskOptions, type Status, type StatusQuestion } from '../../status/index.js'
import type { NatsLink } from '../../stream/index.js'
import type { Board, PipelineState } from './board.js'
import { haveAllAnswered, SILENCE_MS } from './node-views.js'

/** Pause between two status requests. */
const POLL_INTERVAL_MS = 400

/** Requests the status of a pipeline repeatedly while there are followers, and not at all without them. */
export class StatusPoller {
  readonly #link: NatsLink
  readonly #pipeline: string
  readonly board: Board
  readonly #onFailure: (error: unknown) => void
  readonly #polled = new Wakeup()
  #followers = 0
  #polling: Promise<void> | undefined
  #asking: Promise<PipelineState> | undefined
  #settling: Promise<PipelineState> | undefined
  #latest: PipelineState | undefined

  /** @param onFailure gets errors of answers that cannot be used */
  constructor(link: NatsLink, pipeline: string, board: Board, onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure
    this.#link = link
    this.#pipeline = pipeline
    this.board = board
  }

  /** Asks once, for a page that is told again soon. Those who ask meanwhile share the answer. */
  poll(): Promise<PipelineState> {
    this.#asking ??= this.#ask({ lines: this.board.lines.known }).finally(() => (this.#asking = undefined))
    return this.#asking
  }

  /**
   * Asks once, for a program that comes back after long, and waits for nodes that are busy until they count as silent. Those who ask
   * meanwhile share the answer: probes need no token, so anybody on this machine can send many.
   */
  settled(): Promise<PipelineState> {
    const patience = { isComplete: haveAllAnswered, maxWaitMs: SILENCE_MS }
    this.#settling ??= this.#ask({ lines: null }, patience).finally(() => (this.#settling = undefined))
    return this.#settling
  }

  async #ask(question: StatusQuestion, patience?: AskOptions): Promise<PipelineState> {
    if (this.#latest && !this.#link.connected) {
      // Without a connection no answer can arrive. That silence proves nothing about nodes and streams.
      this.#latest = { ...this.#latest, connected: false }
    } else {
      const answers = await askStatus(this.#link.nc, this.#pipeline, question, patience)
      this.#latest = {
        ...this.board.update(answers.flatMap(cleaned), Date.now()),
        connected: this.#link.connected,
      }
    }
    return this.#latest
  }

  /** Yields each new state until the signal aborts. Begins with the latest one when others follow already. */
  async *follow(signal: AbortSignal): AsyncGenerator<PipelineState, void, undefined> {
    const aborted = signal.aborted ? undefined : once(signal, 'abort')
    this.#followers++
    try {
      if (this.#polling && this.#latest) yield this.#latest
      this.#polling ??= this.#keepPolling()
      while (!signal.aborted) {
        await Promise.race([this.#polled.wait(), aborted])
        if (!(signal.aborted as boolean) && this.#latest) yield this.#latest
      }
    } finally {
      this.#followers--
    }
  }

  async #keepPolling(): Promise<void> {
    while (this.#followers > 0 && !this.#link.nc.isClosed()) {
      await this.poll().catch(this.#onFailure)
      this.#polled.notify()
      await delay(POLL_INTERVAL_MS)
    }
    this.#polling = undefined
  }
}

/** An answer whose texts are harmless; none when it is nested so deep that it cannot be copied. */
function cleaned(answer: Status): Status[] {
  try {
    return [plainData(answer)]
  } catch {
    return []
  }
}
