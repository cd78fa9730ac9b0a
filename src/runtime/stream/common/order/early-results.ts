import { isBefore, type Origin } from '../../../core/stream/origin.js'
import type { SourceMark } from '../../protocol/messages.js'

/** Result that waits for its turn. */
export interface EarlyResult<M> {
  member: M
  origin: Origin
  weight: number
  /** Gives it to the callback. */
  deliver: () => Promise<void> | undefined
  /** Whether it had its turn. */
  isTaken: boolean
}

/** Results of one source that wait for their turn, in order, and the latest one that had it. */
export class EarlyResults<M> {
  #results: EarlyResult<M>[] = []
  #latest: Origin | undefined

  get results(): readonly EarlyResult<M>[] {
    return this.#results
  }

  /** Whether a later result of the source had its turn already. */
  isLate(origin: Origin): boolean {
    return this.#latest !== undefined && isBefore(origin, this.#latest)
  }

  /** Adds a result behind those that do not come after it. */
  add(result: EarlyResult<M>): void {
    let at = this.#results.length
    for (let other = this.#results[at - 1]; other && isBefore(result.origin, other.origin);)
      other = this.#results[--at - 1]
    this.#results.splice(at, 0, result)
  }

  /** Takes the first result. */
  take(): EarlyResult<M> | undefined {
    const result = this.#results.shift()
    if (!result) return undefined
    if (!this.isLate(result.origin)) this.#latest = result.origin
    result.isTaken = true
    return result
  }

  /** Removes the results of a member that is gone. @returns those results */
  drop(member: M): EarlyResult<M>[] {
    const dropped = this.#results.filter((result) => result.member === member)
    if (dropped.length > 0) this.#results = this.#results.filter((result) => result.member !== member)
    return dropped
  }
}

/** Marks of a writer: items of each of its sources up to which nothing comes any more. */
export class SourceMarks {
  /** First item of each source that may still come, with the time of the one before. */
  #bySource: Map<string | null, Origin> | undefined

  set(marks: readonly SourceMark[]): void {
    this.#bySource = new Map(marks.map(([source, item, time]) => [source, { source, item: item + 1, time }]))
  }

  /** Notes a result of a writer that gives those of each source in order. */
  note(origin: Origin): void {
    const next = this.#bySource?.get(origin.source)
    if (next && isBefore(next, origin)) this.#bySource?.set(origin.source, origin)
  }

  /** Notes a result that comes again. */
  withdraw(origin: Origin): void {
    const next = this.#bySource?.get(origin.source)
    if (!next || isBefore(origin, next)) this.#bySource?.set(origin.source, origin)
  }

  /** Whether a result that comes before this one may still come. Before the first marks any may; of sources that they lack, none. */
  mayComeBefore(origin: Origin): boolean {
    if (!this.#bySource) return true
    const next = this.#bySource.get(origin.source)
    return next !== undefined && isBefore(next, origin)
  }
}
