import type { NatsConnection } from '@nats-io/transport-node'
import { KIB } from '../../../core/bytes.js'
import type { DeliveredRecord } from '../store/delivered-record.js'

/** Bytes of a batch: at most so many are delivered again after a crash. */
const ACK_BYTES = 128 * KIB

/**
 * Acknowledges the records of a consumer with the policy `all`, where one acknowledgement covers all records before it. One
 * message is sent for a batch, or for one turn of the event loop, since each costs the receiver more than its record did.
 */
export class Acknowledger {
  readonly #nc: NatsConnection
  #floor = 0
  /** Acknowledgement that is not sent yet, and bytes of the records that it covers. */
  #due: { reply: string; bytes: number } | undefined

  constructor(nc: NatsConnection) {
    this.#nc = nc
  }

  /** Sequence up to which everything is acknowledged. */
  get floor(): number {
    return this.#floor
  }

  /** Sets the floor that the server has. */
  start(floor: number): void {
    this.#floor = floor
  }

  /** Acknowledges this record and all before it. */
  ack({ sequence, reply, data }: DeliveredRecord): void {
    this.#floor = sequence
    if (!this.#due) setImmediate(() => this.flush())
    this.#due = { reply, bytes: (this.#due?.bytes ?? 0) + data.length }
    if (this.#due.bytes >= ACK_BYTES) this.flush()
  }

  /** Sends the acknowledgement that is due. */
  flush(): void {
    if (this.#due && !this.#nc.isClosed()) this.#nc.publish(this.#due.reply, '+ACK')
    this.#due = undefined
  }
}
