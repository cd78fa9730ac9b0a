import { Wakeup } from '../../../core/deferred.js'
import type { ErrorRecord } from '../../../core/errors.js'
import type { ReceiverState, ReceiverSummary } from '../../../core/summary.js'
import type { Peer } from '../../protocol/ports.js'
import type { Ledger } from './receiver-progress.js'
import type { DurableProgress } from '../../protocol/durable-messages.js'
import type { SharedPlace } from '../store/shared-consumer.js'

interface Counts {
  offered: number
  failed: number
  lost: number
}

/** What the writer knows of one node, over all of the node's own runs. */
interface Member {
  incarnation: string
  state: ReceiverState
  /** The present run's own word. */
  progress: DurableProgress | undefined
  /** Of the node's runs before the present one. */
  before: Counts
  attaches: number
  error: ErrorRecord | null
}

/** The writer's ledger of those who share a durable stream. None of them is waited for: what one leaves, others take. */
export class SharedLedger implements Ledger {
  readonly changed = new Wakeup()
  readonly #members = new Map<string, Member>()
  readonly #place: Pick<SharedPlace, 'floor' | 'look' | 'through'>
  readonly #handBack: (reply: string) => void

  /** @param handBack gives what a member had in hand to others */
  constructor(place: Pick<SharedPlace, 'floor' | 'look' | 'through'>, handBack: (reply: string) => void) {
    this.#place = place
    this.#handBack = handBack
  }

  invite({ name, incarnation }: Peer): void {
    const known = this.#members.get(name)
    if (known?.incarnation === incarnation && known.state === 'attached') return
    if (known) this.#release(known)
    this.#members.set(name, {
      incarnation,
      state: 'attached',
      progress: undefined,
      before: known ? countsOf(known) : { offered: 0, failed: 0, lost: 0 },
      attaches: known?.attaches ?? 0,
      error: null,
    })
  }

  report(progress: DurableProgress): void {
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
    this.#release(member)
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

  get floor(): number {
    return this.#place.floor
  }

  look(): Promise<void> {
    return this.#place.look()
  }

  through(last: number): boolean {
    return this.#place.through(last)
  }

  /** What nobody there takes waits for who comes, or comes back; those whose callback failed do not. */
  pending(last: number): boolean {
    const members = [...this.#members.values()]
    return this.present || (!this.through(last) && members.some(({ state }) => state !== 'stopped'))
  }

  summary(): Record<string, ReceiverSummary> {
    return Object.fromEntries([...this.#members].map(([name, member]) => [name, summarize(member)]))
  }

  #release({ progress }: Member): void {
    for (const reply of progress?.holds ?? []) this.#handBack(reply)
    if (progress) progress.holds = []
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
