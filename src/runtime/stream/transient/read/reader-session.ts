import type { Delivery } from '../../../core/stream/stream-options.js'
import { OutcomeCounter } from '../../common/read/outcome-counter.js'
import { ItemDelivery, type ItemDeliveryOptions } from '../../common/read/item-delivery.js'
import type { PartListener } from '../../lanes/chunk-loader.js'
import { partWeight, type Accept } from '../../protocol/messages.js'
import { ChunkQueue } from './chunk-queue.js'

/** Listener for parts that a session has loaded, which are credit for the writer. */
export interface CreditListener {
  onCredit(session: ReaderSession): void
}

interface ReaderSessionOptions extends ItemDeliveryOptions {
  open: ItemDeliveryOptions['open'] & { delivery: Delivery }
  credit: CreditListener
}

/** A receiver's session: its queue and counts from one accept to the next. */
export class ReaderSession implements PartListener {
  readonly attach: number
  readonly queue: ChunkQueue
  readonly counter: OutcomeCounter
  readonly delivery: ItemDelivery
  readonly #credit: CreditListener

  constructor({ attach, first }: Pick<Accept, 'attach' | 'first'>, options: ReaderSessionOptions) {
    this.attach = attach
    this.queue = new ChunkQueue(options.open.delivery, first)
    this.counter = new OutcomeCounter(first)
    this.delivery = new ItemDelivery(this.counter, options)
    this.#credit = options.credit
  }

  onPartDone(bytes: number): void {
    this.counter.load(partWeight(bytes))
    this.#credit.onCredit(this)
  }
}
