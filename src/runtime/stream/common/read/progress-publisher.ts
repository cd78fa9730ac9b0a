import type { NatsConnection, Subscription } from '@nats-io/transport-node'
import { newInbox } from '../../../nats/index.js'
import type { DurableProgress } from '../../protocol/durable-messages.js'
import { encodeMessage, streamSubject, type Progress } from '../../protocol/messages.js'

/** Interval at which the server is asked whether the stream has a writer. */
const PROBE_MS = 5000
/** Refusals in a row after which there is no writer: one may only be between two connections. */
const MAX_REFUSALS = 3
/** Status by which the server says that nobody subscribes to a subject. */
const NO_RESPONDERS = 503

/** Publishes the progress of one receiver to the writer of its stream. */
export class ProgressPublisher {
  readonly #nc: NatsConnection
  readonly #subject: string
  readonly #inbox: string
  readonly #replies: Subscription
  #probed = performance.now()
  /** Refusals in a row, and whether the latest probe was refused. */
  #refusals = 0
  #isRefused = false

  /** @param onNoWriter called when nobody has subscribed to the progress of the stream for some time */
  constructor(nc: NatsConnection, pipeline: string, streamId: string, onNoWriter: () => void) {
    this.#nc = nc
    this.#subject = streamSubject(pipeline, streamId, 'progress')
    this.#inbox = newInbox(nc)
    this.#replies = nc.subscribe(this.#inbox, {
      callback: (error, { headers }) => {
        if (error !== null || headers?.code !== NO_RESPONDERS) return
        this.#isRefused = true
        if (++this.#refusals >= MAX_REFUSALS) onNoWriter()
      },
    })
  }

  publish(progress: Progress | DurableProgress): void {
    if (this.#nc.isClosed()) return
    const isProbe = performance.now() - this.#probed >= PROBE_MS
    if (isProbe) this.#beginProbe()
    // The writer does not reply: only the server does, when there is none.
    this.#nc.publish(this.#subject, encodeMessage(progress), isProbe ? { reply: this.#inbox } : undefined)
  }

  close(): void {
    this.#replies.unsubscribe()
  }

  #beginProbe(): void {
    this.#probed = performance.now()
    if (!this.#isRefused) this.#refusals = 0
    this.#isRefused = false
  }
}
