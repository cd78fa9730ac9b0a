import type { Origin } from '../../../core/stream/origin.js'
import type { Mark, OrderedOpen } from '../../protocol/messages.js'
import type { Peer } from '../../protocol/ports.js'
import { SourceMarks } from './early-results.js'

/** Ticks without a word of a writer, which gives its marks once a second, after which nobody waits for it. */
const MAX_SILENT_TICKS = 3
/** Marks of one writer that wait for the results before them. */
const MAX_MARKS = 64

/** Writer of a stream. */
export interface OrderWriter extends Peer {
  /** Whether it brings what it has not brought when it comes back after a death. */
  returns: boolean
}

/** Result as it comes to the order. */
export interface OfferedResult {
  value: unknown
  origin: Origin
  deliver: () => Promise<void> | undefined
  /** Called in place of `deliver` when it came too late. */
  drop: () => void
}

/** Order in which the members' results have their turns. */
interface Turns {
  /** @returns a promise when the reader of the member must wait before it offers more */
  offer(member: OrderMember, result: OfferedResult): Promise<void> | undefined
  /** Gives the callback what has its turn. */
  proceed(): void
  leave(member: OrderMember): void
}

/** Stream of one writer, as the order knows it. */
export class OrderMember {
  readonly window: Omit<OrderedOpen, 'of'>
  readonly writer: OrderWriter
  /** Whether its writer is gone, or has not come yet, and is waited for until it counts as silent. */
  isAway = false
  /** Results of this stream that wait. */
  items = 0
  bytes = 0
  /** Ticks since the writer's last word. */
  ticks = 0
  readonly #order: Turns
  readonly #marks = new SourceMarks()
  #pending: Mark[] = []
  #isInOrder = false
  #isOver = false

  constructor(order: Turns, window: Omit<OrderedOpen, 'of'>, writer: OrderWriter) {
    this.#order = order
    this.writer = writer
    this.window = window
  }

  get isFull(): boolean {
    return this.items >= this.window.items || this.bytes >= this.window.bytes
  }

  /** Whether the results of each source are in order within this stream. */
  get isInOrder(): boolean {
    return this.#isInOrder
  }

  get isSilent(): boolean {
    return this.ticks > MAX_SILENT_TICKS
  }

  /** Whether this stream may still bring a result that comes before this one. */
  mayBringBefore(origin: Origin): boolean {
    if (this.#isOver || this.isSilent) return false
    return this.#marks.mayComeBefore(origin)
  }

  offer(result: OfferedResult): Promise<void> | undefined {
    if (this.#isInOrder) this.#marks.note(result.origin)
    return this.#order.offer(this, result)
  }

  /** Keeps a mark until the items before it were offered. */
  onMark(mark: Mark): void {
    this.ticks = 0
    const last = this.#pending.at(-1)
    if (last && (last.count === mark.count || this.#pending.length >= MAX_MARKS)) this.#pending.pop()
    this.#pending.push(mark)
  }

  /** Notes that all items of the stream before this number were offered, or will not be. */
  reached(position: number): void {
    if (this.#pending.length === 0) return
    const reached = this.#pending.findLast(({ count }) => count <= position)
    if (!reached) return
    this.#pending = this.#pending.slice(this.#pending.indexOf(reached) + 1)
    this.#isInOrder = reached.inOrder
    this.#marks.set(reached.marks)
    this.#order.proceed()
  }

  /** Notes that the stream has no more items than those that were offered. */
  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#order.proceed()
  }

  /** Notes a result that waited and comes again when the writer is back. */
  withdraw(origin: Origin): void {
    this.#marks.withdraw(origin)
  }

  /** Drops what waits. @param isGone whether the writer is gone, and may come back */
  leave(isGone: boolean): void {
    this.isAway = isGone && this.writer.returns && !this.#isOver
    this.#order.leave(this)
    this.items = 0
    this.bytes = 0
  }
}
