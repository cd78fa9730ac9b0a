import { AckPolicy, DeliverPolicy, type JetStreamManager } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import { DaffiError } from '../../../core/errors.js'
import { isApiError } from '../../../nats/index.js'
import { consumerInfo } from './item-store.js'
import { sharedConsumerName, type DurableOpen } from '../../protocol/durable-messages.js'

/**
 * Time after which an item whose receiver is silent goes to another one. Receivers at work report more often than that.
 */
export const ACK_WAIT_MS = 15_000
/** Records that all receivers together may hold unacknowledged. */
const MAX_ACK_PENDING = 10_000

/**
 * Consumer that all receivers of a shared epoch pull from: a durable pull consumer of JetStream, which gives each record to
 * one of them. It gives headers only: parts of a large item may go to several receivers, and the one that gets the last part
 * loads them all.
 */
export class SharedConsumer {
  readonly #jsm: JetStreamManager
  readonly #durable: DurableOpen
  #delivered = 0
  #unacknowledged = 0
  #ackFloor: number

  private constructor(jsm: JetStreamManager, durable: DurableOpen) {
    this.#jsm = jsm
    this.#durable = durable
    this.#ackFloor = durable.start - 1
  }

  static async open(jsm: JetStreamManager, durable: DurableOpen): Promise<SharedConsumer> {
    const consumer = new SharedConsumer(jsm, durable)
    const name = sharedConsumerName(durable.run)
    if (!(await consumerInfo(jsm, durable.stream, name))) {
      await jsm.consumers.add(durable.stream, {
        durable_name: name,
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(ACK_WAIT_MS),
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: durable.start,
        max_ack_pending: MAX_ACK_PENDING,
        inactive_threshold: nanos(durable.ageMs),
        headers_only: true,
      })
    }
    return consumer
  }

  /** Ack floor at the last refresh. */
  get ackFloor(): number {
    return this.#ackFloor
  }

  /** Whether all records up to that sequence were acknowledged at the last refresh. */
  isDrained(last: number): boolean {
    return this.#delivered >= last && this.#unacknowledged === 0
  }

  /** Updates the state from the server, which may be unavailable for a moment. @throws DaffiError DAFFI_STREAM_LOST */
  async refresh(): Promise<void> {
    const { stream, run } = this.#durable
    try {
      const info = await this.#jsm.consumers.info(stream, sharedConsumerName(run))
      this.#delivered = info.delivered.stream_seq
      this.#unacknowledged = info.num_ack_pending
      this.#ackFloor = Math.max(this.#ackFloor, info.ack_floor.stream_seq)
    } catch (error) {
      if (isApiError(error, 'consumerNotFound')) throw consumerLost(stream)
    }
  }
}

export function consumerLost(stream: string): DaffiError {
  return new DaffiError('DAFFI_STREAM_LOST', `the consumer that receivers of ${stream} share is gone`)
}
