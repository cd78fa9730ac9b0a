import { setTimeout as delay } from 'node:timers/promises'
import { AckPolicy, DeliverPolicy, type ConsumerInfo, type JetStreamManager } from '@nats-io/jetstream'
import { createInbox, nanos, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node'
import type { Wakeup } from '../../../core/deferred.js'
import { DaffiError } from '../../../core/errors.js'
import { PULL_MS, pull } from './pull.js'
import { deliveryOf, type Delivered } from '../store/delivered-record.js'
import { isConsumerNotFound, storedFrom, type DurableNames } from '../store/item-store.js'

const MIB = 1024 * 1024
/** Bytes that may be on their way or wait here; messages are counted as large as the largest so far. */
const AHEAD_BYTES = 16 * MIB
/** Below this many messages even of 1 MiB fit; above the most, a burst of such would be more than a connection's 64 MB. */
const AHEAD = { least: 16, most: 48 }
/** Delivered and not acknowledged, by the server's count: what is ahead, twice, as some may come again. */
const MAX_ACK_PENDING = 256
const WATCH_MS = 15_000
/** Only what gets lost between a break and the new inbox is left to this. */
const ACK_WAIT_MS = 30_000
const AGAIN_MS = 250
/** A batch: the most that may come again after a crash. */
const ACK_BYTES = 128 * 1024
const PENDING_HEADER = 'Nats-Pending-Messages'

const TIMED_OUT = [404, 408]
const HEARTBEAT = 100

interface ConsumerOptions extends DurableNames {
  nc: NatsConnection
  jsm: JetStreamManager
  name: string
  /** Sequence where a new consumer begins. */
  start: number
  /** Milliseconds after which the server may remove it when nobody uses it. */
  idleMs: number
  signal: AbortSignal
  /** Notified when a message can be taken. */
  arrived: Wakeup
  onFailure: (error: unknown) => void
}

/**
 * A node's place in a durable stream: a durable pull consumer of JetStream, whose messages are given in the stream's
 * order, each once. One acknowledgement stands for all messages before it (policy `all`), so parts of an item and the
 * item itself are done at the same moment.
 */
export class DurableConsumer {
  readonly #options: ConsumerOptions
  readonly #held = new Map<number, Delivered>()
  readonly #watch: NodeJS.Timeout
  #subscription: Subscription | undefined
  /** Sequence of the next message to be taken. */
  #expected = 0
  #acknowledged = 0
  /** The acknowledgement that has not gone out, and bytes of the messages that it stands for. */
  #due: { reply: string; bytes: number } | undefined
  #asked = 0
  /** Bytes of the largest message so far; 0 before the first. */
  #largest = 0
  #looking = false
  #heard = performance.now()
  #recovering: Promise<void> | undefined
  #closing = false

  constructor(options: ConsumerOptions) {
    this.#options = options
    this.#watch = setInterval(() => this.#checkSilence(), WATCH_MS)
    void this.#follow()
  }

  /** Makes the consumer if it is not there, and begins to receive. @returns sequence of the first message to come */
  async open(): Promise<number> {
    const { jsm, stream, name, start, idleMs } = this.#options
    const found = await this.#info()
    if (!found) {
      await jsm.consumers.add(stream, {
        durable_name: name,
        ack_policy: AckPolicy.All,
        ack_wait: nanos(ACK_WAIT_MS),
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: start,
        max_ack_pending: MAX_ACK_PENDING,
        inactive_threshold: nanos(idleMs),
      })
    }
    this.#expected = Math.max(start, (found?.ack_floor.stream_seq ?? 0) + 1)
    this.#acknowledged = this.#expected - 1
    await this.#recover()
    return this.#expected
  }

  /** Sequence up to which all is acknowledged. */
  get floor(): number {
    return this.#acknowledged
  }

  /** The next message, if it has come. */
  take(): Delivered | undefined {
    const message = this.#held.get(this.#expected)
    if (!message) return undefined
    this.#held.delete(this.#expected)
    this.#expected++
    this.#pull()
    return message
  }

  /** Done with this message and all before it. One acknowledgement goes out for a batch, or for what one turn of the loop has done. */
  ack({ sequence, reply, data }: Delivered): void {
    this.#acknowledged = sequence
    if (!this.#due) setImmediate(() => this.#sendAck())
    this.#due = { reply, bytes: (this.#due?.bytes ?? 0) + data.length }
    if (this.#due.bytes >= ACK_BYTES) this.#sendAck()
  }

  async close(): Promise<void> {
    this.#closing = true
    clearInterval(this.#watch)
    const { nc } = this.#options
    if (nc.isClosed()) return
    this.#sendAck()
    this.#subscription?.unsubscribe()
    await nc.flush().catch(() => undefined)
  }

  #sendAck(): void {
    const { nc } = this.#options
    if (this.#due && !nc.isClosed()) nc.publish(this.#due.reply, '+ACK')
    this.#due = undefined
  }

  async #follow(): Promise<void> {
    for await (const { type } of this.#options.nc.status()) {
      if (this.#closing) return
      if (type === 'reconnect' && this.#expected > 0) await this.#recover()
    }
  }

  /** A pull that nobody answered, not even to say that its time is up. */
  #checkSilence(): void {
    if (this.#asked > 0 && performance.now() - this.#heard > PULL_MS + WATCH_MS) void this.#recover()
  }

  async #recover(): Promise<void> {
    this.#recovering ??= this.#startOver().finally(() => (this.#recovering = undefined))
    await this.#recovering
  }

  /**
   * Pulls anew, on a new inbox so that nothing comes of what was asked for before. What the server has delivered and we
   * have not, to a run of this node that died or before a break, is handed back to be delivered first.
   */
  async #startOver(): Promise<void> {
    const { nc, signal, onFailure } = this.#options
    while (!this.#closing && !signal.aborted && !nc.isClosed()) {
      this.#subscribe()
      try {
        const info = await this.#info()
        if (!info) {
          onFailure(
            new DaffiError('DAFFI_STREAM_LOST', `the place of this node in ${this.#options.stream} is gone`),
          )
          return
        }
        this.#handBack(info)
        this.#pull()
        return
      } catch {
        // The server, or its JetStream, is not there yet.
        await delay(AGAIN_MS, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  #subscribe(): void {
    const { nc } = this.#options
    this.#subscription?.unsubscribe()
    this.#asked = 0
    this.#heard = performance.now()
    const subscription = nc.subscribe(createInbox(), {
      callback: (error, message) => {
        if (error === null && subscription === this.#subscription) this.#hear(message)
      },
    })
    this.#subscription = subscription
  }

  #handBack({ delivered, ack_floor }: ConsumerInfo): void {
    const { nc, stream, name } = this.#options
    const from = Math.max(ack_floor.stream_seq + 1, this.#expected)
    for (let sequence = from; sequence <= delivered.stream_seq; sequence++) {
      if (this.#held.has(sequence)) continue
      // The form of JetStream's acknowledgement subjects, ADR-15; the server looks at the stream's sequence.
      nc.publish(`$JS.ACK.${stream}.${name}.1.${sequence}.${delivered.consumer_seq}.0.0`, '-NAK')
    }
  }

  #pull(): void {
    const { nc, stream, name } = this.#options
    const fit = this.#largest === 0 ? 0 : Math.floor(AHEAD_BYTES / this.#largest)
    const ahead = Math.min(AHEAD.most, Math.max(AHEAD.least, fit))
    // With the next one missing the others cannot go: there must be room for it to come.
    const held = this.#held.has(this.#expected) ? this.#held.size : 0
    const batch = ahead - held - this.#asked
    if (batch < ahead / 2 || !this.#subscription || this.#closing || nc.isClosed()) return
    this.#asked += batch
    pull(nc, { stream, consumer: name, batch, reply: this.#subscription.getSubject() })
  }

  #hear(message: Msg): void {
    this.#heard = performance.now()
    const code = message.headers?.code ?? 0
    if (code === HEARTBEAT) return
    if (code > 0) {
      this.#refused(code, Number(message.headers?.get(PENDING_HEADER) ?? 0))
      return
    }
    const delivered = deliveryOf(message)
    if (!delivered) return
    this.#asked--
    this.#keep(delivered)
    this.#pull()
  }

  #refused(code: number, unanswered: number): void {
    if (TIMED_OUT.includes(code)) {
      this.#asked = Math.max(0, this.#asked - unanswered)
      this.#pull()
    } else {
      // The server is on its way down or up, or the consumer is gone.
      void delay(AGAIN_MS, undefined, { signal: this.#options.signal }).then(
        () => this.#recover(),
        () => undefined,
      )
    }
  }

  #keep(delivered: Delivered): void {
    const { sequence } = delivered
    if (sequence <= this.#acknowledged) {
      // Its acknowledgement was lost.
      if (sequence === this.#acknowledged) this.ack(delivered)
      return
    }
    if (sequence < this.#expected) return
    this.#largest = Math.max(delivered.data.length, this.#largest)
    this.#held.set(sequence, delivered)
    if (sequence === this.#expected) this.#options.arrived.notify()
    else if (!this.#held.has(this.#expected)) void this.#lookForGap()
  }

  /** What retention has discarded does not come: then the next message is a later one. */
  async #lookForGap(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    const expected = this.#expected
    const { jsm, arrived } = this.#options
    const next = await storedFrom(jsm, this.#options, expected).catch(() => undefined)
    this.#looking = false
    if (!next || next.sequence === expected || this.#expected !== expected) return
    this.#expected = next.sequence
    arrived.notify()
  }

  async #info(): Promise<ConsumerInfo | undefined> {
    const { jsm, stream, name } = this.#options
    try {
      return await jsm.consumers.info(stream, name)
    } catch (error) {
      if (isConsumerNotFound(error)) return undefined
      throw error
    }
  }
}
