import { isToken } from '../../core/names.js'
import type { CallMade } from '../../status/index.js'
import type { Target } from '../api/pending-call.js'

/** Number of counts of a node. Callbacks can call any names: what is no name, or comes after so many, is not counted. */
const MAX_COUNTS = 500

/** Counts the calls that the callbacks of a node make, by what they call. */
export class CallsMade {
  readonly #counts = new Map<string, Map<string, CallMade>>()
  #size = 0

  /** @param from the callback that makes the call */
  add(from: string, { callback, to }: Pick<Target, 'callback' | 'to'>): void {
    const key = to === undefined ? callback : `${callback} ${to}`
    const known = this.#counts.get(from)?.get(key)
    if (known) known.count++
    else this.#addFirst(from, key, { from, call: callback, to: to ?? null, count: 1 })
  }

  #addFirst(from: string, key: string, first: CallMade): void {
    if (this.#size >= MAX_COUNTS || ![first.call, first.to ?? first.call].every(isToken)) return
    this.#size++
    const counts = this.#counts.get(from) ?? new Map<string, CallMade>()
    this.#counts.set(from, counts.set(key, first))
  }

  get list(): CallMade[] {
    return [...this.#counts.values()].flatMap((counts) => [...counts.values()])
  }
}
