import type { NatsConnection, Subscription } from '@nats-io/transport-node'
import { sleep } from '../../../core/timer.js'
import { listen, newInbox } from '../../../nats/index.js'
import type { DurableProgress } from '../../protocol/durable-messages.js'
import { encodeMessage, type Progress } from '../../protocol/messages.js'
import type { WriterMessages } from './writer-messages.js'

/** Interval at which the server is asked whether the stream has a writer. */
const PROBE_MS = 5000
/** Refusals in a row after which there is no writer: one may only be between two connections. */
const MAX_REFUSALS = 3
/** Time for which the final counts are repeated, and that between two attempts. As long as a goodbye may take. */
const CONFIRM_MS = 2000
const CONFIRM_EVERY_MS = 250
/** Status by which the server says that nobody subscribes to a subject. */
const NO_RESPONDERS = 503

/** Publishes the progress of one receiver to the writer of its stream. */
export class ProgressPublisher {
  readonly #nc: NatsConnection
  readonly #messages: WriterMessages
  readonly #unlisten: () => void
  readonly #subject: string
  readonly #inbox: string
  readonly #replies: Subscription
  #latest: Uint8Array | undefined
  #isOver = false
  #probed = performance.now()
  /** Refusals in a row, and whether the latest probe was refused. */
  #refusals = 0
  #isRefused = false

  /** @param onNoWriter called when nobody has subscribed to the progress of the stream for some time */
  constructor(messages: WriterMessages, onNoWriter: () => void) {
    const { nc } = messages
    this.#nc = nc
    this.#messages = messages
    this.#subject = messages.subject('progress')
    this.#unlisten = messages.onNoWriter(onNoWriter)
    this.#inbox = newInbox(nc)
    this.#replies = listen(nc, this.#inbox, ({ headers }) => {
      if (headers?.code !== NO_RESPONDERS) return
      this.#isRefused = true
      if (++this.#refusals >= MAX_REFUSALS) onNoWriter()
    })
  }

  publish(progress: Progress | DurableProgress): void {
    this.#latest = encodeMessage(progress)
    if (this.#messages.sendByChannel('progress', this.#latest) || this.#nc.isClosed()) return
    const isProbe = performance.now() - this.#probed >= PROBE_MS
    if (isProbe) this.#beginProbe()
    // The writer does not reply: only the server does, when there is none.
    this.#nc.publish(this.#subject, this.#latest, isProbe ? { reply: this.#inbox } : undefined)
  }

  /** Notes that the writer waits for no reports any more. */
  onClosed(): void {
    this.#isOver = true
  }

  /**
   * Repeats the last report, which has the final counts, until the writer replies that it has it; not for long, since the
   * node is leaving.
   * @param isAwaited whether the writer may still be there
   */
  async confirm(isAwaited: () => boolean): Promise<void> {
    const deadline = performance.now() + CONFIRM_MS
    while (
      this.#latest &&
      !this.#isOver &&
      isAwaited() &&
      !this.#nc.isClosed() &&
      performance.now() < deadline
    ) {
      const next = performance.now() + CONFIRM_EVERY_MS
      const asking = this.#nc.request(this.#subject, this.#latest, { timeout: CONFIRM_EVERY_MS })
      const isConfirmed = await asking.then(
        () => true,
        () => false,
      )
      if (isConfirmed) return
      await sleep(Math.max(0, next - performance.now()))
    }
  }

  close(): void {
    this.#unlisten()
    this.#replies.unsubscribe()
  }

  #beginProbe(): void {
    this.#probed = performance.now()
    if (!this.#isRefused) this.#refusals = 0
    this.#isRefused = false
  }
}
