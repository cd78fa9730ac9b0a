import type { NatsConnection } from '@nats-io/transport-node'
import { Wakeup } from '../../../core/deferred.js'
import type { ErrorRecord } from '../../../core/errors.js'
import type { ReceiverState, ReceiverSummary } from '../../../core/plan/summary.js'
import type { DurableProgress } from '../../protocol/durable-messages.js'
import type { Peer } from '../../protocol/ports.js'
import type { SharedConsumer } from '../store/shared-consumer.js'
import type { DurableReceivers } from './durable-receivers.js'

interface Counts {
  offered: number
  failed: number
  lost: number
}

/** Progress of one node, over all its incarnations. */
interface Member {
  incarnation: string
  state: ReceiverState
  /** Latest report of the present incarnation. */
  progress: DurableProgress | undefined
  /** Counts of earlier incarnations. */
  before: Counts
  attaches: number
  error: ErrorRecord | null
}

/**
 * Receivers that share a durable stream. The writer waits for none in particular: other receivers get what one of them
 * leaves.
 */
export class SharedReceiverTable implements DurableReceivers {
  readonly changed = new Wakeup()
  readonly #members = new Map<string, Member>()
  readonly #consumer: SharedConsumer
  readonly #control: NatsConnection

  constructor(consumer: SharedConsumer, control: NatsConnection) {
    this.#consumer = consumer
    this.#control = control
  }

  invite({ name, incarnation }: Peer): void {
    const known = this.#members.get(name)
    if (known?.incarnation === incarnation && known.state === 'attached') return
    if (known) this.#handBack(known)
    this.#members.set(name, {
      incarnation,
      state: 'attached',
      progress: undefined,
      before: known ? countsOf(known) : { offered: 0, failed: 0, lost: 0 },
      attaches: known?.attaches ?? 0,
      error: null,
    })
  }

  onProgress(progress: DurableProgress): void {
    const member = this.#members.get(progress.node)
    if (member?.incarnation !== progress.incarnation) return
    if (!member.progress) member.attaches++
    member.progress = progress
    if (member.state !== 'died') {
      member.state = progress.state
      member.error = progress.error
    }
    this.changed.notify()
  }

  depart({ name, incarnation }: Peer, how: 'left' | 'died'): void {
    const member = this.#members.get(name)
    if (member?.incarnation !== incarnation) return
    this.#handBack(member)
    if (member.state === 'attached') member.state = how
    this.changed.notify()
  }

  absent(): string[] {
    return [...this.#members.values()].flatMap(({ state, progress, incarnation }) =>
      state === 'attached' && !progress ? [incarnation] : [],
    )
  }

  get present(): boolean {
    return [...this.#members.values()].some(({ state }) => state === 'attached')
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
    const members = [...this.#members.values()]
    return this.present || (!this.isDrained(last) && members.some(({ state }) => state !== 'stopped'))
  }

  summary(): Record<string, ReceiverSummary> {
    return Object.fromEntries([...this.#members].map(([name, member]) => [name, summarize(member)]))
  }

  /** Hands back the pending chunks of a receiver, so that others get them at once. */
  #handBack({ progress }: Member): void {
    if (!progress?.holds) return
    if (!this.#control.isClosed()) {
      for (const reply of progress.holds) this.#control.publish(reply, '-NAK')
    }
    progress.holds = []
  }
}

function countsOf({ before, progress }: Member): Counts {
  return {
    offered: before.offered + (progress?.position ?? 0),
    failed: before.failed + (progress?.failed ?? 0),
    lost: before.lost + (progress?.lost ?? 0),
  }
}

function summarize(member: Member): ReceiverSummary {
  const { offered, failed, lost } = countsOf(member)
  const { state, attaches, error, progress } = member
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
    latencyMs: progress?.latencyMs ?? null,
  }
}
