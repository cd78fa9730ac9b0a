/** Item of a source from which an item of a stream was made, through any number of stages. */
export interface Origin {
  /** Name of the source; null for an iterable that a program passed. */
  source: string | null
  /** Number of the item among those of the source, from 0 on. */
  item: number
  /** Time when that item was captured or yielded, in milliseconds since 1970. */
  time: number
}

/** Difference of times from which on a lower number with a later time is that of a source that was started anew. */
const ANEW_MS = 1000

/** Whether the first item is of an earlier life of the source than the second one, whatever their numbers. */
function isOfEarlierLife(one: Origin, other: Origin): boolean {
  return one.item > other.item && one.time + ANEW_MS < other.time
}

/** Whether an item comes before another one of its source. */
export function isBefore(one: Origin, other: Origin): boolean {
  if (isOfEarlierLife(one, other)) return true
  return one.item < other.item && !isOfEarlierLife(other, one)
}

/**
 * Origins of consecutive items of a chunk, which are the items of one source from number `item` on, each `step` after the one
 * before: 1, or 0 for several results of one item. `time` is that of the first, and less than a millisecond from those of others.
 */
export type OriginRun = [source: string | null, item: number, count: number, step: 0 | 1, time: number]

/** Times that differ by less belong to one run. */
const RUN_MS = 1

/** Collects the origins of the items of a chunk. */
export class OriginRuns {
  #runs: OriginRun[] = []
  #last: OriginRun | undefined

  add({ source, item, time }: Origin): void {
    const last = this.#last
    if (last?.[0] === source && Math.abs(time - last[4]) < RUN_MS) {
      const step = item - last[1] - (last[2] - 1) * last[3]
      if (last[2] === 1 ? step === 0 || step === 1 : step === last[3]) {
        last[3] = step as 0 | 1
        last[2]++
        return
      }
    }
    this.#last = [source, item, 1, 1, time]
    this.#runs.push(this.#last)
  }

  /** Gives the origins so far, and begins with the next chunk. Undefined when there are none. */
  take(): OriginRun[] | undefined {
    if (!this.#last) return undefined
    const runs = this.#runs
    this.#runs = []
    this.#last = undefined
    return runs
  }
}

/** Origin of the item at a position of a chunk; undefined behind the last one. */
export function originAt(runs: readonly OriginRun[], index: number): Origin | undefined {
  let before = 0
  for (const [source, item, count, step, time] of runs) {
    if (index < before + count) return { source, item: item + (index - before) * step, time }
    before += count
  }
  return undefined
}
