import type { NatsConnection } from '@nats-io/transport-node'
import type { ReceiverSummary } from '../../../core/plan/summary.js'
import type { Peer } from '../../protocol/ports.js'
import { parseAckSubject } from '../store/ack-subject.js'
import type { SharedConsumer } from '../store/shared-consumer.js'
import { DurableReceivers } from './durable-receivers.js'
import { ReceiverRecord } from './receiver-record.js'

/** Record of a receiver that shares the stream with others. */
class Member extends ReceiverRecord {
  /** Subjects of records that were handed back when it was gone: if it lives all the same, others have them by now. */
  readonly handedBack = new Set<string>()

  /** Subjects on which the records in its hand are acknowledged. */
  get holds(): string[] {
    const all = this.reports.flatMap(({ holds = [] }) => holds)
    return all.filter((reply) => !this.handedBack.has(reply))
  }
}

/**
 * Receivers that share a durable stream. The writer waits for none in particular: other receivers get what one of them
 * leaves. It hands back what a receiver that is gone had in hand, and only that: one that is silent may be at work.
 */
export class SharedReceiverTable extends DurableReceivers<Member> {
  readonly #consumer: SharedConsumer
  readonly #control: NatsConnection

  constructor(consumer: SharedConsumer, control: NatsConnection) {
    super()
    this.#consumer = consumer
    this.#control = control
  }

  override invite(peer: Peer): void {
    const member = this.record(peer.name)
    const isNew = member.incarnation !== peer.incarnation
    if (isNew && member.incarnation !== undefined) this.#handBack(member)
    member.begin(peer)
  }

  override async reclaim(): Promise<void> {
    // Who is silent may hold records of which it has not told.
    if (this.records.some((member) => member.state === 'attached' && member.isSilent()))
      this.#consumer.forgetOrphans()
    else await this.#consumer.handBackOrphans(this.#held())
  }

  get ackFloor(): number {
    return this.#consumer.ackFloor
  }

  refresh(): Promise<void> {
    return this.#consumer.refresh()
  }

  isDrained(last: number): boolean {
    return this.#consumer.isDrained(last)
  }

  /**
   * Items that no receiver takes wait for one that joins, or comes back; receivers whose callback failed do not come
   * back.
   */
  isPending(last: number): boolean {
    return this.present || (!this.isDrained(last) && this.records.some(({ state }) => state !== 'stopped'))
  }

  summary(): Record<string, ReceiverSummary> {
    return Object.fromEntries(this.records.map((member) => [member.name, summarize(member)]))
  }

  protected create(name: string): Member {
    return new Member(name)
  }

  protected onReport(): void {
    // All is in the reports.
  }

  protected onDepart(member: Member): void {
    this.#handBack(member)
  }

  #held(): Set<number> {
    const replies = this.records.flatMap(({ state, holds }) => (state === 'attached' ? holds : []))
    return new Set(replies.map((reply) => parseAckSubject(reply)?.sequence ?? 0))
  }

  /** Hands back the pending chunks of a receiver, so that others get them at once. */
  #handBack(member: Member): void {
    for (const reply of member.holds) {
      if (!this.#control.isClosed() && this.#consumer.acknowledgesOn(reply))
        this.#control.publish(reply, '-NAK')
      member.handedBack.add(reply)
    }
  }
}

function summarize(member: Member): ReceiverSummary {
  const { state, attaches, error, latest, reports } = member
  const { failed, lost } = member.counts
  const offered = reports.reduce((sum, { position }) => sum + position, 0)
  return {
    lane: 'jetstream',
    state,
    attaches,
    error,
    offered,
    processed: offered - failed - lost,
    dropped: 0,
    failed,
    lost,
    latencyMs: latest?.latencyMs ?? null,
  }
}
