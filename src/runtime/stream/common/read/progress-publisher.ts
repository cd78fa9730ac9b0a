import { createInbox, type NatsConnection, type Subscription } from '@nats-io/transport-node'
import type { DurableProgress } from '../../protocol/durable-messages.js'
import { encodeMessage, streamSubject, type Progress } from '../../protocol/messages.js'

/** Interval at which the server is asked whether the stream has a writer. */
const PROBE_MS = 10_000
/** Status by which the server says that nobody subscribes to a subject. */
const NO_RESPONDERS = 503

/** Publishes the progress of one receiver to the writer of its stream. */
export class ProgressPublisher {
  readonly #nc: NatsConnection
  readonly #subject: string
  readonly #inbox = createInbox()
  readonly #refusals: Subscription | undefined
  #probed = performance.now()

  /** @param onNoWriter called when no writer subscribes to the progress of the stream */
  constructor(nc: NatsConnection, pipeline: string, streamId: string, onNoWriter?: () => void) {
    this.#nc = nc
    this.#subject = streamSubject(pipeline, streamId, 'progress')
    const callback = (error: Error | null, { headers }: { headers?: { code: number } }): void => {
      if (error === null && headers?.code === NO_RESPONDERS) onNoWriter?.()
    }
    this.#refusals = onNoWriter && nc.subscribe(this.#inbox, { callback })
  }

  publish(progress: Progress | DurableProgress): void {
    if (this.#nc.isClosed()) return
    const isProbe = this.#refusals !== undefined && performance.now() - this.#probed >= PROBE_MS
    if (isProbe) this.#probed = performance.now()
    // The writer does not reply: only the server does, when there is none.
    this.#nc.publish(this.#subject, encodeMessage(progress), isProbe ? { reply: this.#inbox } : undefined)
  }

  close(): void {
    this.#refusals?.unsubscribe()
  }
}
