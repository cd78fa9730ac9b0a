import { decodeBytes, decodeValues } from '../../../codec/index.js'
import { Wakeup } from '../../../core/deferred.js'
import { toErrorRecord } from '../../../core/errors.js'
import type { ReceiverState } from '../../../core/summary.js'
import type { End } from '../../protocol/messages.js'
import { Standing } from '../../common/read/receiver-lifecycle.js'
import { Tally } from '../../common/read/item-counter.js'
import type { DurableConsumer } from './ordered-consumer.js'
import type { Delivered } from '../store/delivered-record.js'
import { settleFailed, type FailedItemOptions } from './failed-item.js'
import { Joining, type WholeChunk } from '../store/chunk-assembler.js'
import { numberAfter } from '../store/record-header.js'
import type { DurableProgress } from '../../protocol/durable-messages.js'

/** The longest that synchronous callbacks may hold the loop. */
const TURN_MS = 10

interface DurableReaderOptions extends Omit<FailedItemOptions, 'signal'> {
  self: { name: string; incarnation: string }
  consumer: DurableConsumer
  /** Notified by the consumer. */
  arrived: Wakeup
  /** Number of the first item to come. */
  first: number
  abort: AbortController
  publish: (progress: DurableProgress) => void
}

/** A durable stream on a receiving node: messages are joined to items, put through the callback, counted, acknowledged. */
export class DurableReader {
  readonly #options: DurableReaderOptions
  readonly #tally: Tally
  readonly #joining = new Joining()
  #position: number
  #end: End | undefined
  readonly #standing: Standing
  #running: Promise<void>

  constructor(options: DurableReaderOptions) {
    this.#options = options
    this.#standing = new Standing(options.abort, options.arrived)
    this.#position = options.first
    this.#tally = new Tally(options.first)
    this.#running = this.#run()
  }

  end(end: End): void {
    this.#end = end
    if (end.cut) this.#standing.settle('stopped', end.error)
    this.#options.arrived.notify()
    if (!this.#standing.isAttached()) this.report()
  }

  fail(error: unknown): void {
    this.#standing.settle('stopped', toErrorRecord(error))
  }

  /** Stops after the item in hand; the place in the stream is kept. */
  async stop(state: ReceiverState): Promise<void> {
    this.#standing.settle(state, null)
    await this.#running
    this.report()
    await this.#options.consumer.close()
  }

  report(): void {
    const { self, first, consumer, publish } = this.#options
    const { failed, dropped, latencyMs } = this.#tally.counts
    publish({
      node: self.name,
      incarnation: self.incarnation,
      state: this.#standing.state,
      first,
      position: this.#position,
      floor: consumer.floor,
      failed,
      lost: dropped,
      error: this.#standing.error,
      latencyMs,
    })
  }

  async #run(): Promise<void> {
    const { consumer, arrived } = this.#options
    try {
      while (this.#standing.isAttached()) {
        const message = consumer.take()
        if (message) await this.#process(message)
        else if (this.#end && this.#position >= this.#end.count) this.#standing.settle('finished', null)
        else await arrived.wait()
      }
    } catch (error) {
      this.#standing.settle('stopped', toErrorRecord(error))
    }
    this.report()
  }

  async #process(message: Delivered): Promise<void> {
    const { mark } = message
    const chunk = this.#joining.add(message)
    if (mark?.what === 'part') {
      if (chunk) await this.#processChunk(chunk)
      // A part of an item is acknowledged with its last part, and what was not processed not at all.
      if (!chunk || !this.#standing.isAttached()) return
    }
    if (mark) {
      this.#position = Math.max(this.#position, numberAfter(mark, message.data.length))
      if (mark.what === 'end') this.#end ??= { count: mark.count, error: null, cut: false, closed: false }
    }
    this.#options.consumer.ack(message)
  }

  async #processChunk({ first, kind, bytes, time, redelivered }: WholeChunk): Promise<void> {
    if (kind) {
      const running = this.#deliver(decodeBytes(kind, bytes), first, time, redelivered)
      if (running) await running
      return
    }
    let turn = performance.now()
    for (const [index, value] of decodeValues(bytes).entries()) {
      const running = this.#deliver(value, first + index, time, redelivered)
      if (running) await running
      if (!this.#standing.isAttached()) return
      if (performance.now() - turn > TURN_MS) {
        await new Promise((resolve) => setImmediate(resolve))
        turn = performance.now()
        // Changed meanwhile, which the compiler does not see.
        if (!this.#standing.isAttached()) return
      }
    }
  }

  /** A promise when the callback gave one: synchronous callbacks are not slowed down by awaiting nothing. */
  #deliver(item: unknown, number: number, time: number, redelivered: boolean): Promise<void> | undefined {
    this.#tally.begin(number, time)
    const done = (): void => {
      this.#tally.end('processed')
      this.#position = number + 1
    }
    const failed = (error: unknown): Promise<void> => this.#failed(item, number, redelivered, error)
    try {
      const result = this.#options.deliver(item, redelivered)
      if (result instanceof Promise) return result.then(done, failed)
      done()
      return undefined
    } catch (error) {
      return failed(error)
    }
  }

  async #failed(item: unknown, number: number, redelivered: boolean, failure: unknown): Promise<void> {
    const { open, abort } = this.#options
    if (open.onError === 'stop') {
      const record = toErrorRecord(failure)
      const message = `"${open.call}" threw at item ${number}: ${record.message}`
      this.#tally.end('failed')
      this.#position = number + 1
      this.#standing.settle('stopped', { ...record, message })
      return
    }
    const outcome = await settleFailed(
      { item, number, redelivered, failure },
      { ...this.#options, signal: abort.signal },
    )
    // Otherwise it is not acknowledged, and comes again.
    if (outcome === undefined || !this.#standing.isAttached()) return
    this.#tally.end(outcome)
    this.#position = number + 1
    // Before it is acknowledged, so that the count stands even if this process ends now.
    if (outcome === 'failed') this.report()
  }
}
