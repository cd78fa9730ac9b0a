import type { Missing } from '../../core/plan/callback-options.js'

/** Item of a side, as far as matching needs it. */
export interface Timed {
  /** Time of capture, in milliseconds since 1970. */
  readonly time: number
}

/** Result of matching: what is to be done with the first items of some sides. */
export type Decision<T> =
  | {
      what: 'match'
      /** Items that are taken, by side: one each of all sides, or of some where others are missing. */
      items: ReadonlyMap<string, T>
      /** Items that were taken before, in the place of missing ones. */
      last: ReadonlyMap<string, T>
    }
  | { what: 'unmatched'; item: T; side: string }

interface MatchRule {
  withinMs: number
  missing: Missing
}

interface Side<T> {
  waiting: T[]
  /** Time of the latest item; those to come are not earlier. */
  shown: number
  /** Whether no more items come, for all that is known. */
  ended: boolean
  /** Latest item that was taken; kept only where it may be used again. */
  last: T | undefined
}

/** Fewest sides that there must be: with one alone, others are not known yet. */
const LEAST_SIDES = 2

/**
 * Matches items of several sides by time, each side being in the order of its times. The first items of all sides are a match
 * when they are no further apart than the rule allows; else the earliest of them has no partner, as soon as another side has
 * shown a later time. So each item is taken once, and matches are as many as there can be.
 */
export class Matcher<T extends Timed> {
  readonly #sides = new Map<string, Side<T>>()

  /** @param names of the sides that are known; others become known with their first item */
  constructor(names: readonly string[]) {
    for (const name of names) this.#side(name)
  }

  add(name: string, item: T): void {
    const side = this.#side(name)
    side.waiting.push(item)
    side.ended = false
    // Not the greatest time: a clock that was set back would be waited for in vain.
    side.shown = item.time
  }

  /** Notes that no more items of a side come. */
  end(name: string): void {
    this.#side(name).ended = true
  }

  /** Takes the items away for which the condition holds, without a decision. */
  remove(name: string, isGone: (item: T) => boolean): void {
    const side = this.#side(name)
    side.waiting = side.waiting.filter((item) => !isGone(item))
  }

  /** Items of a side that wait, in their order. */
  waiting(name: string): readonly T[] {
    return this.#sides.get(name)?.waiting ?? []
  }

  /** First items of all sides. */
  get first(): T[] {
    return [...this.#sides.values()].flatMap(({ waiting: [first] }) => (first === undefined ? [] : [first]))
  }

  /** Names of the sides that the first items wait for. */
  awaited(withinMs: number): string[] {
    const earliest = this.#earliest()
    if (!earliest) return []
    const limit = earliest.item.time + withinMs
    return [...this.#sides].flatMap(([name, side]) => (isOpen(side, limit) ? [name] : []))
  }

  /**
   * Takes the next items, and says what is to be done with them; undefined while that cannot be known.
   * @param isOverdue whether sides of which no item has come are not waited for
   */
  next({ withinMs, missing }: MatchRule, isOverdue: boolean): Decision<T> | undefined {
    const earliest = this.#earliest()
    if (!earliest) return undefined
    const limit = earliest.item.time + withinMs
    const partners: [string, Side<T>][] = []
    let open = Math.max(0, LEAST_SIDES - this.#sides.size)
    for (const [name, side] of this.#sides) {
      const [first] = side.waiting
      if (first !== undefined && first.time <= limit) partners.push([name, side])
      else if (isOpen(side, limit)) open++
    }
    if (open > 0 && !isOverdue && (missing !== 'drop' || partners.length + open >= this.#sides.size))
      return undefined
    const others = [...this.#sides].filter(([name]) => !partners.some(([partner]) => partner === name))
    const isWhole = others.length === 0 && this.#sides.size >= LEAST_SIDES
    const isShort =
      missing === 'last' &&
      (this.#sides.size < LEAST_SIDES || others.some(([, { last }]) => last === undefined))
    if (!isWhole && (missing === 'drop' || isShort)) {
      this.#take(earliest.side, missing)
      return { what: 'unmatched', item: earliest.item, side: earliest.name }
    }
    const items = new Map(partners.map(([name, side]) => [name, this.#take(side, missing)]))
    const last = new Map(
      others.flatMap(([name, side]) => (side.last === undefined ? [] : [[name, side.last]])),
    )
    return { what: 'match', items, last }
  }

  #take(side: Side<T>, missing: Missing): T {
    const item = side.waiting.shift() as T
    side.last = missing === 'last' ? item : undefined
    return item
  }

  #earliest(): { name: string; side: Side<T>; item: T } | undefined {
    let earliest: { name: string; side: Side<T>; item: T } | undefined
    for (const [name, side] of this.#sides) {
      const [item] = side.waiting
      if (item !== undefined && !(earliest && earliest.item.time <= item.time))
        earliest = { name, side, item }
    }
    return earliest
  }

  #side(name: string): Side<T> {
    const known = this.#sides.get(name)
    if (known) return known
    const side: Side<T> = { waiting: [], shown: -Infinity, ended: false, last: undefined }
    this.#sides.set(name, side)
    return side
  }
}

/** Whether an item up to that time may still come of a side that has none. */
function isOpen<T>({ waiting, ended, shown }: Side<T>, limit: number): boolean {
  return waiting.length === 0 && !ended && shown <= limit
}
