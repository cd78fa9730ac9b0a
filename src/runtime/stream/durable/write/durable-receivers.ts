import { Wakeup } from '../../../core/deferred.js'
import type { ReceiverSummary } from '../../../core/plan/summary.js'
import type { ReceiverAccounts } from '../../common/write/writer-state.js'
import type { DurableProgress } from '../../protocol/durable-messages.js'
import type { Peer } from '../../protocol/ports.js'
import type { ReceiverRecord } from './receiver-record.js'

/** Receivers of a durable stream, as its writer knows them: by their reports, and by what presence says of their nodes. */
export abstract class DurableReceivers<
  R extends ReceiverRecord = ReceiverRecord,
> implements ReceiverAccounts {
  readonly changed = new Wakeup()
  readonly #records = new Map<string, R>()

  /** Ack floor of all receivers together: up to this sequence everything is done, and may be discarded. */
  abstract readonly ackFloor: number

  abstract summary(items: number): Record<string, ReceiverSummary>

  /** Whether the writer waits for a receiver, which may be away, when all is stored up to that sequence. */
  abstract isPending(last: number): boolean

  /** Whether all that is stored up to that sequence is done. */
  abstract isDrained(last: number): boolean

  /** Gets from the server what receivers do not report themselves. */
  abstract refresh(): Promise<void>

  /** Takes back what nobody has in hand any more. Called once a second. */
  reclaim(): Promise<void> {
    return Promise.resolve()
  }

  invite(peer: Peer): void {
    this.record(peer.name).begin(peer)
  }

  onProgress(progress: DurableProgress): void {
    const record = this.#records.get(progress.node)
    const isFirst = record?.report(progress)
    if (!record || isFirst === undefined) return
    this.onReport(record, progress, isFirst)
    this.changed.notify()
  }

  depart({ name, incarnation }: Peer, how: 'left' | 'died'): void {
    const record = this.#records.get(name)
    if (record?.incarnation !== incarnation) return
    record.depart(how)
    this.onDepart(record)
    this.changed.notify()
  }

  /**
   * Compares the receivers with presence, since events and messages can be missed: who offers the callback takes part, and
   * who is silent and not there any more has died.
   * @returns incarnations that must be invited (again), since they do not report
   */
  review(offering: readonly Peer[], isSuspected: (incarnation: string) => boolean): string[] {
    for (const peer of offering) this.invite(peer)
    const present = new Set(offering.map(({ incarnation }) => incarnation))
    const missing: string[] = []
    for (const record of this.records) {
      const { name, incarnation } = record
      if (incarnation === undefined || !record.isMissing()) continue
      if (present.has(incarnation)) missing.push(incarnation)
      else if (record.state === 'attached' && !isSuspected(incarnation))
        this.depart({ name, incarnation }, 'died')
    }
    return missing
  }

  /** Takes those for gone that have not given their final counts, as nobody is waited for any more. */
  giveUp(): void {
    for (const record of this.records) if (record.state === 'attached') record.depart('died')
  }

  /** Whether a receiver is present that is not done. */
  get present(): boolean {
    return this.records.some(({ state }) => state === 'attached')
  }

  /** Whether a receiver was invited that has not reported yet. */
  get arriving(): boolean {
    return this.records.some(({ state, latest }) => state === 'attached' && latest === undefined)
  }

  protected get records(): readonly R[] {
    return [...this.#records.values()]
  }

  /** The record of a node, which is made when there is none. */
  protected record(name: string): R {
    const known = this.#records.get(name)
    if (known) return known
    const record = this.create(name)
    this.#records.set(name, record)
    return record
  }

  protected abstract create(name: string): R

  /** Called for each report. @param isFirst whether it is the first one of its reader */
  protected abstract onReport(record: R, progress: DurableProgress, isFirst: boolean): void

  protected abstract onDepart(record: R): void
}
