import type { NatsConnection } from '@nats-io/transport-node'
import type { DurableProgress } from '../../protocol/durable-messages.js'
import { encodeMessage, streamSubject, type Progress } from '../../protocol/messages.js'

/** Publishes the progress of one receiver to the writer of its stream. */
export class ProgressPublisher {
  readonly #nc: NatsConnection
  readonly #subject: string

  constructor(nc: NatsConnection, pipeline: string, streamId: string) {
    this.#nc = nc
    this.#subject = streamSubject(pipeline, streamId, 'progress')
  }

  publish(progress: Progress | DurableProgress): void {
    if (!this.#nc.isClosed()) this.#nc.publish(this.#subject, encodeMessage(progress))
  }
}
