import { addAbortListener } from 'node:events'
import { toErrorRecord } from '../../../core/errors.js'
import type { Mark } from '../../protocol/messages.js'
import { originOf } from '../../protocol/origin-of.js'
import type { ChunkInHand } from './item-group.js'
import type { OutcomeCounter } from './outcome-counter.js'
import type { ReceiverLifecycle } from './receiver-lifecycle.js'
import type { OrderMember } from '../order/order-member.js'

/** Gives the callback an item. @returns a promise when the callback returned one */
export type Invoke = (value: unknown, index: number, chunk: ChunkInHand) => Promise<void> | undefined

interface OrderedDeliveryOptions {
  member: OrderMember
  counter: OutcomeCounter
  lifecycle: ReceiverLifecycle
  invoke: Invoke
}

/**
 * Delivery of one receiver's items in the order of their source, among those of other receivers. They are counted in the order
 * in which they are done: an item that was passed over is one more that counts as dropped.
 */
export class OrderedDelivery {
  readonly #options: OrderedDeliveryOptions
  readonly #listener: Disposable
  /** Numbers of the items that were offered and are not done, the lowest first. */
  readonly #undone = new Set<number>()
  #running: Promise<void> | undefined
  /** Number after the last item that was offered. */
  #end: number
  /** Number that the counter has when all offered items are done, without those in hand. */
  #done: number

  constructor(options: OrderedDeliveryOptions) {
    this.#options = options
    this.#end = options.counter.position
    this.#done = this.#end
    this.#listener = addAbortListener(options.lifecycle.signal, () => void this.drop())
  }

  get end(): number {
    return this.#end
  }

  /** Number of the first item that is not done; infinite when all are. */
  get waiting(): number {
    const [first = Infinity] = this.#undone
    return first
  }

  /** @returns a promise when no more may be offered before it has settled */
  offer(value: unknown, index: number, chunk: ChunkInHand): Promise<void> | undefined {
    const { member, lifecycle } = this.#options
    const position = chunk.first + index
    this.#done += Math.max(0, position - this.#end)
    this.#end = Math.max(this.#end, position + 1)
    this.#undone.add(position)
    const held = member.offer({
      value,
      origin: originOf(chunk, index, null),
      deliver: () => this.#deliver(value, index, chunk),
      drop: () => {
        this.#done++
        this.#onDone(position)
      },
    })
    if (!held || lifecycle.isAttached()) return held
    return undefined
  }

  onMark(mark: Mark, position: number): void {
    this.#options.member.onMark(mark)
    this.#options.member.reached(position)
  }

  reached(position: number): void {
    this.#options.member.reached(position)
  }

  /** Notes that no more items will be offered. */
  onEnd(): void {
    this.#options.member.end()
  }

  /** Drops the items that are not done; they are not counted. Resolves when the one in hand is done. */
  async drop(): Promise<void> {
    this.#listener[Symbol.dispose]()
    this.#undone.clear()
    this.#options.member.leave(this.#options.lifecycle.state === 'left')
    await this.#running
  }

  #deliver(value: unknown, index: number, chunk: ChunkInHand): Promise<void> | undefined {
    const { counter, invoke } = this.#options
    const position = chunk.first + index
    counter.pass(this.#done)
    this.#done++
    const running = invoke(value, index, { ...chunk, first: counter.position - index })
    if (!running) {
      this.#onDone(position)
      return undefined
    }
    this.#running = running
      .catch((error: unknown) => this.#options.lifecycle.settle('stopped', toErrorRecord(error)))
      .then(() => {
        this.#running = undefined
        this.#onDone(position)
      })
    return this.#running
  }

  #onDone(position: number): void {
    const { counter, lifecycle } = this.#options
    this.#undone.delete(position)
    if (this.#undone.size === 0) counter.pass(this.#done)
    lifecycle.changed.notify()
  }
}
