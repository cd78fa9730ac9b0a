import { AckPolicy, DeliverPolicy, type JetStreamManager } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import { DaffiError } from '../../../core/errors.js'
import { sharedConsumerName, type DurableOpen } from '../../protocol/durable-messages.js'
import { isConsumerNotFound } from './item-store.js'

/** After which an item whose holder was not heard of goes to another. Holders say that they are at it more often. */
export const ACK_WAIT_MS = 15_000
/** Delivered and not acknowledged, of all receivers. */
const MAX_ACK_PENDING = 10_000

/**
 * The place that the receivers of a shared run have together: a durable pull consumer of JetStream which gives each message
 * to one of them. It gives headers only: parts of a large item may go to several, and whoever gets the last loads them all.
 */
export class SharedPlace {
  readonly #jsm: JetStreamManager
  readonly #durable: DurableOpen
  #delivered = 0
  #unacknowledged = 0
  #floor: number

  private constructor(jsm: JetStreamManager, durable: DurableOpen) {
    this.#jsm = jsm
    this.#durable = durable
    this.#floor = durable.start - 1
  }

  static async open(jsm: JetStreamManager, durable: DurableOpen): Promise<SharedPlace> {
    const place = new SharedPlace(jsm, durable)
    const name = sharedConsumerName(durable.run)
    const found = await jsm.consumers.info(durable.stream, name).catch((error: unknown) => {
      if (!isConsumerNotFound(error)) throw error
      return undefined
    })
    if (!found) {
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
    return place
  }

  /** Sequence up to which all was acknowledged when last looked at. */
  get floor(): number {
    return this.#floor
  }

  /** Whether all up to that sequence was acknowledged when last looked at. */
  through(last: number): boolean {
    return this.#delivered >= last && this.#unacknowledged === 0
  }

  /** Asks the server, which may be away for a moment. @throws DaffiError DAFFI_STREAM_LOST */
  async look(): Promise<void> {
    const { stream, run } = this.#durable
    try {
      const info = await this.#jsm.consumers.info(stream, sharedConsumerName(run))
      this.#delivered = info.delivered.stream_seq
      this.#unacknowledged = info.num_ack_pending
      this.#floor = Math.max(this.#floor, info.ack_floor.stream_seq)
    } catch (error) {
      if (isConsumerNotFound(error)) throw placeLost(stream)
    }
  }
}

export function placeLost(stream: string): DaffiError {
  return new DaffiError('DAFFI_STREAM_LOST', `the place that receivers share in ${stream} is gone`)
}
