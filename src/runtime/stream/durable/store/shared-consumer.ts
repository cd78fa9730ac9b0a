import { AckPolicy, DeliverPolicy, type JetStreamManager } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import { DaffiError } from '../../../core/errors.js'
import { isApiError } from '../../../nats/index.js'
import { sharedConsumerName, type DurableOpen } from '../../protocol/durable-messages.js'
import type { NatsLink } from '../../protocol/nats-link.js'
import { ackSubject, isAckSubject } from './ack-subject.js'
import { streamLost } from './ask-server.js'
import { consumerInfo } from './item-store.js'

/**
 * Time after which the server itself gives an item to another receiver. Long, since only silence would be its reason: the
 * writer hands back what was in the hand of a receiver that is gone, and what nobody holds.
 */
export const ACK_WAIT_MS = 600_000
/** Time after which a record that was delivered, and that nobody holds, is handed back. */
const ORPHAN_MS = 3000
/** Records that are looked at together for such ones. */
const MAX_LOOKED_AT = 10_000
/** Records that all receivers together may hold unacknowledged. */
const MAX_ACK_PENDING = 10_000

/**
 * Consumer that all receivers of a shared epoch pull from: a durable pull consumer of JetStream, which gives each record to
 * one of them. It gives headers only: parts of a large item may go to several receivers, and the one that gets the last part
 * loads them all.
 */
export class SharedConsumer {
  readonly #link: NatsLink
  readonly #jsm: JetStreamManager
  readonly #durable: DurableOpen
  #delivered = { stream_seq: 0, consumer_seq: 0 }
  #unacknowledged = 0
  #ackFloor: number
  /** Since when the ack floor stands where it is, and what was delivered at that time. */
  #standing: { floor: number; since: number; delivered: number } | undefined

  private constructor(link: NatsLink, jsm: JetStreamManager, durable: DurableOpen) {
    this.#link = link
    this.#jsm = jsm
    this.#durable = durable
    this.#ackFloor = durable.start - 1
  }

  static async open(link: NatsLink, jsm: JetStreamManager, durable: DurableOpen): Promise<SharedConsumer> {
    const consumer = new SharedConsumer(link, jsm, durable)
    const name = sharedConsumerName(durable.run)
    const ack_wait = nanos(ACK_WAIT_MS)
    const found = await consumerInfo(jsm, durable.stream, name)
    if (found && found.config.ack_wait !== ack_wait) {
      await jsm.consumers.update(durable.stream, name, { ack_wait })
    } else if (!found) {
      await jsm.consumers.add(durable.stream, {
        durable_name: name,
        ack_policy: AckPolicy.Explicit,
        ack_wait,
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
    return this.#delivered.stream_seq >= last && this.#unacknowledged === 0
  }

  /**
   * Hands back records that were delivered and are not acknowledged, though nobody holds them: lost with a connection, or in
   * the hand of a receiver that died together with the writer before.
   * @param held sequences of the records that receivers hold
   */
  async handBackOrphans(held: ReadonlySet<number>): Promise<void> {
    await this.refresh()
    const floor = this.#ackFloor
    const areAllHeld = this.#unacknowledged <= held.size
    if (areAllHeld || this.#standing?.floor !== floor) {
      const delivered = this.#delivered.stream_seq
      this.#standing = areAllHeld ? undefined : { floor, since: performance.now(), delivered }
      return
    }
    const { since, delivered } = this.#standing
    if (performance.now() - since < ORPHAN_MS) return
    this.#standing = undefined
    const { nc } = this.#link
    const { stream, run } = this.#durable
    const end = Math.min(delivered, floor + MAX_LOOKED_AT)
    for (let sequence = floor + 1; sequence <= end; sequence++) {
      if (held.has(sequence) || nc.isClosed()) continue
      const record = { stream, consumer: sharedConsumerName(run), sequence }
      nc.publish(ackSubject(record, this.#delivered.consumer_seq), '-NAK')
    }
  }

  /** Whether records of this consumer are acknowledged on that subject. */
  acknowledgesOn(subject: string): boolean {
    const { stream, run } = this.#durable
    return isAckSubject(subject, stream, sharedConsumerName(run))
  }

  /** Begins to wait for orphans anew. */
  forgetOrphans(): void {
    this.#standing = undefined
  }

  /** Updates the state from the server, which may be unavailable for a moment. @throws DaffiError DAFFI_STREAM_LOST */
  async refresh(): Promise<void> {
    const { stream, run } = this.#durable
    try {
      const info = await this.#link.whileConnected(() =>
        this.#jsm.consumers.info(stream, sharedConsumerName(run)),
      )
      this.#delivered = info.delivered
      this.#unacknowledged = info.num_ack_pending
      this.#ackFloor = Math.max(this.#ackFloor, info.ack_floor.stream_seq)
    } catch (error) {
      if (isApiError(error, 'consumerNotFound')) throw consumerLost(stream)
      if (isApiError(error, 'streamNotFound')) throw streamLost(stream)
    }
  }
}

export function consumerLost(stream: string): DaffiError {
  return new DaffiError('DAFFI_STREAM_LOST', `the consumer that receivers of ${stream} share is gone`)
}
