import { DaffiError } from '../../../core/errors.js'
import type { Origin } from '../../../core/stream/origin.js'
import type { Deliver, DeliveredChunk, Grouping, Joining } from '../../protocol/ports.js'
import { TimeSlice } from '../time-slice.js'
import type { BatchValues } from './batch-values.js'
import { GroupDelivery } from './group-delivery.js'
import { ItemGroup, type ChunkInHand } from './item-group.js'
import { OrderedDelivery, type Invoke } from './ordered-delivery.js'
import type { OrderMember } from '../order/order-member.js'
import { JoinedItems } from './joined-items.js'
import { ItemOutcomes, type ItemInHand, type OutcomeOptions } from './item-outcomes.js'
import type { OutcomeCounter } from './outcome-counter.js'

/** Longest time that synchronous callbacks may hold the event loop, in milliseconds. */
const SLICE_MS = 10

/** A chunk whose items are delivered. */
export interface ChunkPosition extends Omit<DeliveredChunk, 'origin'> {
  /** Number of its first item among the receiver's items. */
  first: number
  origin?: Origin | true | undefined
}

export interface ItemDeliveryOptions extends OutcomeOptions {
  deliver: Deliver
  /** Gives the callback's grouping; read for each chunk, since the code and its options may be replaced. */
  grouping?: () => Grouping | undefined
  /** Present where the items have their turn in the order of their source: takes part in that order. */
  joinOrder?: (() => OrderMember) | undefined
  /** Place of the stream in a join; present where the callback gets its items together with those of other streams. */
  joining?: Joining | undefined
}

/** Gives the callback one item after another, groups of them, or joins them with other streams; counts, and handles failures. */
export class ItemDelivery {
  readonly counter: OutcomeCounter
  readonly #options: ItemDeliveryOptions
  readonly #outcomes: ItemOutcomes
  /** Items that wait for the others of their group. */
  readonly #group: ItemGroup
  /** Present where items have their turn in the order of their source. */
  readonly ordered: OrderedDelivery | undefined
  /** Items that wait for those of other streams. */
  readonly #joined: JoinedItems
  #hasEnded = false

  constructor(counter: OutcomeCounter, options: ItemDeliveryOptions) {
    this.counter = counter
    this.#options = options
    this.#outcomes = new ItemOutcomes(counter, options)
    const { lifecycle, joining, joinOrder } = options
    const { changed } = lifecycle
    this.#group = new ItemGroup(changed)
    this.#joined = new JoinedItems(counter, this.#outcomes, () => {
      this.#hasEnded = true
      changed.notify()
    })
    const invoke: Invoke = (value, index, chunk) => this.#deliverInTurn(value, index, chunk)
    // Items that are joined are matched by their times.
    if (joinOrder && !joining)
      this.ordered = new OrderedDelivery({ member: joinOrder(), counter, lifecycle, invoke })
  }

  /** Number after the last item that the callback has had, or has, or that waits for others. */
  get position(): number {
    return Math.max(this.#group.end, this.#joined.end, this.ordered?.end ?? 0, this.counter.position)
  }

  /** Number of the first item that waits for others or for its turn, or is joined with others; infinite when there is none. */
  get waiting(): number {
    return this.#group.first ?? this.#joined.first ?? this.ordered?.waiting ?? Infinity
  }

  /** Whether items wait for others, or are joined with them. */
  get hasWaiting(): boolean {
    return this.#group.first !== undefined || this.#joined.first !== undefined
  }

  /** Whether items wait for their turn, or have it. */
  get isEarly(): boolean {
    return this.ordered !== undefined && this.ordered.waiting !== Infinity
  }

  /**
   * Whether the group that is gathered is to be delivered now, or joined items have ended since `flush`. The owner's loop looks,
   * when the lifecycle has changed.
   */
  get isDue(): boolean {
    return this.#group.isDue || this.#hasEnded
  }

  /** Whether the memory of items is needed for longer than until `deliverItem` resolves. */
  get keepsItems(): boolean {
    return (
      this.ordered !== undefined ||
      this.#options.joining !== undefined ||
      this.#options.grouping?.() !== undefined
    )
  }

  /** Delivers the values of a batch, in order, until the receiver settles. */
  async deliverBatch({ values, origins, bytes }: BatchValues, position: ChunkPosition): Promise<void> {
    const fault = position.key?.fault
    if (fault !== undefined) {
      await this.#refuse(values[0], fault, position)
      return
    }
    const { lifecycle, joining } = this.#options
    const chunk = { ...position, origin: origins }
    const slice = new TimeSlice(SLICE_MS)
    if (this.ordered) {
      await this.#offerAll(this.ordered, values, chunk, slice)
      return
    }
    const read = this.#readGrouping()
    const grouping = read instanceof Promise ? await read : read
    for (let index = 0; index < values.length; index++) {
      if (!lifecycle.isAttached()) return
      const measure = slice.due
      const running = joining
        ? this.#join(values[index], index, chunk, bytes / values.length)
        : grouping
          ? this.#gather(values[index], index, chunk, grouping)
          : this.#deliver(values[index], index, chunk, measure)
      if (running) await running
      if (measure && slice.isOver()) await slice.yield()
    }
  }

  /**
   * Delivers the chunk's only item.
   * @param bytes of memory that it has
   * @returns a promise when the callback returned one
   */
  deliverItem(item: unknown, position: ChunkPosition, bytes: number): Promise<void> | undefined {
    const { origin, key } = position
    if (key?.fault !== undefined) return this.#refuse(item, key.fault, position)
    const chunk = { ...position, origin: origin === true ? undefined : origin }
    if (this.ordered) return this.ordered.offer(item, 0, chunk)
    if (this.#options.joining) return this.#join(item, 0, chunk, bytes)
    const grouping = this.#readGrouping()
    if (grouping instanceof Promise) return grouping.then(() => this.#deliver(item, 0, chunk, true))
    return grouping ? this.#gather(item, 0, chunk, grouping) : this.#deliver(item, 0, chunk, true)
  }

  /**
   * Delivers the group that is gathered, though more could come. Called in a join when items have ended, or no more come: then
   * those that wait have no partners to wait for, and it resolves when one has ended.
   */
  async flush(): Promise<void> {
    const { joining, lifecycle } = this.#options
    if (joining) {
      if (!this.#hasEnded) joining.end()
      // Else it has ended at once.
      if (!this.#hasEnded && this.hasWaiting) await lifecycle.change()
      this.#hasEnded = false
      return
    }
    const [first, ...others] = this.#group.take()
    if (!first) return
    const grouping = this.#options.grouping?.()
    if (grouping) {
      await new GroupDelivery(this.counter, this.#outcomes).deliver([first, ...others], grouping)
      return
    }
    for (const { value, index, chunk } of [first, ...others]) await this.#deliver(value, index, chunk, true)
  }

  /** Leaves the join and the order. Resolves when the callback has no more items of this stream, and those that it had are counted. */
  async leave(): Promise<void> {
    await this.#options.joining?.leave()
    await this.ordered?.drop()
  }

  /** Leaves the join and the order, and drops what waits. */
  async close(): Promise<void> {
    await this.leave()
    this.drop()
  }

  /** Drops the items that wait for others; they are not counted. */
  drop(): void {
    this.#group.take()
    this.#joined.drop()
    void this.ordered?.drop()
  }

  async #offerAll(
    ordered: OrderedDelivery,
    values: readonly unknown[],
    chunk: ChunkInHand,
    slice: TimeSlice,
  ): Promise<void> {
    for (const [index, value] of values.entries()) {
      if (!this.#options.lifecycle.isAttached()) return
      const held = ordered.offer(value, index, chunk)
      if (held) await held
      if (slice.due && slice.isOver()) await slice.yield()
    }
  }

  /** Delivers an item alone, also to a callback that gets several at once: the next one may be of another stream. */
  #deliverInTurn(value: unknown, index: number, chunk: ChunkInHand): Promise<void> | undefined {
    const grouping = this.#options.grouping?.()
    if (!grouping) return this.#deliver(value, index, chunk, true)
    const item = { value, chunk, index, position: chunk.first + index, number: chunk.item + index }
    return new GroupDelivery(this.counter, this.#outcomes).deliver([item], grouping)
  }

  /** Reads the grouping. A promise when it was taken away with the code: then what was gathered is delivered first. */
  #readGrouping(): Grouping | undefined | Promise<Grouping | undefined> {
    const grouping = this.#options.grouping?.()
    if (grouping || this.#group.first === undefined) return grouping
    return this.flush().then(() => grouping)
  }

  /** Adds an item to the group. @returns a promise when the group is full, and is delivered */
  #gather(value: unknown, index: number, chunk: ChunkInHand, grouping: Grouping): Promise<void> | undefined {
    const [position, number] = [chunk.first + index, chunk.item + index]
    this.#group.add({ value, chunk, index, position, number }, grouping)
    return this.#group.isDue ? this.flush() : undefined
  }

  /** Adds an item to the join. @returns a promise when there is no room for it yet */
  #join(value: unknown, index: number, chunk: ChunkInHand, bytes: number): Promise<void> | undefined {
    const [position, number] = [chunk.first + index, chunk.item + index]
    const item = this.#joined.add({ value, chunk, index, position, number }, bytes)
    return this.#options.joining?.add(item)
  }

  /** For a synchronous callback no promise is created, which would slow it down. */
  #deliver(
    item: unknown,
    index: number,
    chunk: ChunkInHand,
    recordLatency: boolean,
  ): Promise<void> | undefined {
    const { counter } = this
    counter.begin(chunk.first + index, recordLatency ? chunk.time : undefined)
    try {
      const result = this.#options.deliver(item, chunk, index)
      if (result instanceof Promise)
        return result.then(
          () => counter.end('processed'),
          (error: unknown) => this.#onFailure(error, item, index, chunk),
        )
      counter.end('processed')
      return undefined
    } catch (error) {
      return this.#onFailure(error, item, index, chunk)
    }
  }

  /** Fails an item that has no key, after those before it: another attempt would not give it one. */
  async #refuse(value: unknown, fault: string, { first, item }: ChunkPosition): Promise<void> {
    await this.flush()
    if (this.#options.lifecycle.isAttached())
      await this.#outcomes.giveUp(
        [{ value, position: first, number: item }],
        new DaffiError('DAFFI_NO_KEY', fault),
      )
  }

  #onFailure(error: unknown, value: unknown, index: number, chunk: ChunkInHand): Promise<void> | undefined {
    const item = { value, position: chunk.first + index, number: chunk.item + index }
    if (this.#outcomes.retries) return this.#retry(error, item, index, chunk)
    this.#outcomes.fail([item], error)
    return undefined
  }

  async #retry(error: unknown, item: ItemInHand, index: number, chunk: ChunkInHand): Promise<void> {
    const attempt = (): unknown => this.#options.deliver(item.value, chunk, index)
    if (await this.#outcomes.retry([item], error, attempt)) this.#outcomes.onRetried(item)
  }
}
