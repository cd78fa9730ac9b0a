import type { ErrorRecord } from '../../../core/errors.js'
import type { ReceiverState } from '../../../core/plan/summary.js'
import type { DurableProgress } from '../../protocol/durable-messages.js'
import type { Peer } from '../../protocol/ports.js'

/** Time without a report after which a receiver is invited again; it reports four times a second. */
const SILENT_MS = 2000

/** Counts of a receiver's items. */
export interface Counts {
  failed: number
  lost: number
  /** Undefined where the stream is no side of a join. */
  unmatched: number | undefined
}

/**
 * Receiving node, over all its incarnations and readers, as its reports show it. Each reader counts from zero, so the
 * counts of the node are the sums over its readers.
 */
export class ReceiverRecord {
  readonly name: string
  incarnation: string | undefined
  state: ReceiverState = 'attached'
  error: ErrorRecord | null = null
  /** Latest report of each reader, the latest reader last. */
  readonly #reports = new Map<string, DurableProgress>()
  #latest: DurableProgress | undefined
  #heard = 0

  constructor(name: string) {
    this.name = name
  }

  /** Latest report of the latest reader. */
  get latest(): DurableProgress | undefined {
    return this.#latest
  }

  get reports(): readonly DurableProgress[] {
    return [...this.#reports.values()]
  }

  /** Number of readers that have reported. */
  get attaches(): number {
    return this.#reports.size
  }

  get counts(): Counts {
    const sum: Counts = { failed: 0, lost: 0, unmatched: undefined }
    for (const { failed, lost, unmatched } of this.#reports.values()) {
      if (unmatched !== undefined) sum.unmatched = (sum.unmatched ?? 0) + unmatched
      sum.failed += failed
      sum.lost += lost
    }
    return sum
  }

  /** Whether it has ended for good: it has had everything, or its callback has failed. */
  get isOver(): boolean {
    return this.state === 'finished' || this.state === 'stopped'
  }

  /** Begins another life of the node; false when it is known. */
  begin({ incarnation }: Peer): boolean {
    if (this.incarnation === incarnation) return false
    this.incarnation = incarnation
    this.state = 'attached'
    this.error = null
    this.#latest = undefined
    this.#heard = 0
    return true
  }

  /**
   * Takes a report. Last words of an earlier reader only correct its counts.
   * @returns whether this is the first report of a new reader; undefined when it is not of a reader that is there now
   */
  report(progress: DurableProgress): boolean | undefined {
    const known = this.#reports.has(progress.reader)
    const isCurrent = progress.incarnation === this.incarnation
    if (!known && !isCurrent) return undefined
    this.#reports.set(progress.reader, progress)
    if (known && this.#latest?.reader !== progress.reader) return undefined
    this.#latest = progress
    this.state = progress.state
    this.error = progress.error
    this.#heard = performance.now()
    return !known
  }

  depart(how: 'left' | 'died'): void {
    if (!this.isOver) this.state = how
  }

  /** Whether it must be invited (again): it is not over, and does not report. */
  isMissing(): boolean {
    return !this.isOver && (this.state !== 'attached' || this.isSilent())
  }

  isSilent(): boolean {
    return this.#latest === undefined || performance.now() - this.#heard > SILENT_MS
  }
}
