import { RecentMap } from '../../core/recent-map.js'
import { isBefore, type Origin } from '../../core/stream/origin.js'
import { startTimer, type Timer } from '../../core/timer.js'
import type { IncomingMarks, StageMarks } from '../../stream/index.js'

/** Time after which marks are told, so that those of a quick callback are told together. */
const TELL_MS = 5
/** Sources of one incoming stream that are told of: those that had an item last. */
const MAX_SOURCES = 64
/** Sources that are told of in all. */
const MAX_TOLD = 256

/** Items that a stage is done with: of each source the one up to which all are out, filtered or not to come. */
export class DoneItems {
  readonly #incoming = new Set<IncomingItems>()
  readonly #tell: (marks: StageMarks) => void
  readonly #isWanted: () => boolean
  #timer: Timer | undefined

  /**
   * @param tell called with the marks, soon after they have changed
   * @param isWanted tells whether any stream of results has an order
   */
  constructor(tell: (marks: StageMarks) => void, isWanted: () => boolean) {
    this.#tell = tell
    this.#isWanted = isWanted
  }

  get areWanted(): boolean {
    return this.#isWanted()
  }

  /**
   * Adds an incoming stream.
   * @param source of all its items; null when that is not known
   * @param inOrder whether the items of each source come in order
   */
  add(source: string | null, inOrder: boolean): IncomingItems {
    const items = new IncomingItems(this, inOrder)
    this.#incoming.add(items)
    if (source !== null) items.passed({ source, item: -1, time: 0 })
    else this.onChange()
    return items
  }

  remove(items: IncomingItems): void {
    this.#incoming.delete(items)
    this.onChange()
  }

  onChange(): void {
    if (this.areWanted) this.#timer ??= startTimer(TELL_MS, () => this.#onTime())
  }

  #onTime(): void {
    this.#timer = undefined
    /** Marks of the stream that is furthest behind, by source. */
    const least = new Map<string | null, Origin>()
    let inOrder = true
    for (const items of this.#incoming) {
      inOrder &&= items.inOrder
      for (const origin of items.latest) {
        const other = least.get(origin.source)
        if (!other || isBefore(origin, other)) least.set(origin.source, origin)
      }
    }
    const marks = [...least.values()].slice(-MAX_TOLD)
    this.#tell({ inOrder, marks: marks.map(({ source, item, time }) => [source, item, time]) })
  }
}

/** Items of one incoming stream that a stage is done with. */
export class IncomingItems implements IncomingMarks {
  readonly inOrder: boolean
  readonly #done: DoneItems
  readonly #latest = new RecentMap<string | null, Origin>(MAX_SOURCES)
  /** Items that the callback has, in order. */
  #inHand: Origin[] = []

  constructor(done: DoneItems, inOrder: boolean) {
    this.#done = done
    this.inOrder = inOrder
  }

  get areWanted(): boolean {
    return this.#done.areWanted
  }

  get latest(): Iterable<Origin> {
    return this.#latest.values()
  }

  /** Notes that the callback gets items, which are done in their order. */
  begin(origins: readonly Origin[]): void {
    this.#inHand = [...origins]
    if (!this.inOrder) return
    const [first] = origins
    // Of a group the others are known not to come before the first one is done.
    if (first) this.passed({ ...first, item: first.item - 1 })
  }

  /** Notes that the first of the items in hand is done. */
  end(): void {
    const origin = this.#inHand.shift()
    if (origin && this.inOrder) this.passed(origin)
  }

  passed(origin: Origin): void {
    const { source } = origin
    const latest = this.#latest.get(source)
    if (latest?.item === origin.item && latest.time >= origin.time) return
    this.#latest.set(source, origin)
    this.#done.onChange()
  }

  keepOnly(source: string | null): void {
    for (const { source: other } of [...this.#latest.values()])
      if (other !== source) this.#latest.delete(other)
    this.#done.onChange()
  }

  /** Notes that nothing more comes of this stream. */
  close(): void {
    this.#done.remove(this)
  }
}
