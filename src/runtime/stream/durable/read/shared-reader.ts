import { decodeBytes, decodeValues } from '../../../codec/index.js'
import type { Wakeup } from '../../../core/deferred.js'
import { toErrorRecord } from '../../../core/errors.js'
import type { ReceiverState } from '../../../core/summary.js'
import type { End } from '../../protocol/messages.js'
import { Standing } from '../../common/read/receiver-lifecycle.js'
import { Tally } from '../../common/read/item-counter.js'
import { settleFailed, type FailedItemOptions } from './failed-item.js'
import type { DurableProgress } from '../../protocol/durable-messages.js'
import { Tickets, type Ticket } from './pending-chunks.js'

interface SharedReaderOptions extends Omit<FailedItemOptions, 'signal'> {
  self: { name: string; incarnation: string }
  tickets: Tickets
  /** Notified when a ticket can be taken. */
  arrived: Wakeup
  abort: AbortController
  publish: (progress: DurableProgress) => void
}

/** A member of a shared durable stream: what it draws is put through the callback, counted, acknowledged. */
export class SharedReader {
  readonly #options: SharedReaderOptions
  /** Counts this member's own items. */
  readonly #tally = new Tally(0)
  #place = 0
  readonly #standing: Standing
  readonly #running: Promise<void>

  constructor(options: SharedReaderOptions) {
    this.#options = options
    this.#standing = new Standing(options.abort, options.arrived)
    this.#running = this.#run()
  }

  end({ cut, drained, error }: End): void {
    if (cut) this.#standing.settle('stopped', error)
    else if (drained) this.#standing.settle('finished', null)
    this.report()
  }

  fail(error: unknown): void {
    this.#standing.settle('stopped', toErrorRecord(error))
  }

  /** Stops after the item in hand; what is ready goes to others. */
  async stop(state: ReceiverState): Promise<void> {
    this.#standing.settle(state, null)
    await this.#running
  }

  report(): void {
    const { self, tickets, publish } = this.#options
    const { processed, failed, dropped, latencyMs } = this.#tally.counts
    publish({
      node: self.name,
      incarnation: self.incarnation,
      state: this.#standing.state,
      first: 0,
      position: processed + failed + dropped,
      floor: 0,
      failed,
      lost: dropped,
      holds: tickets.replies,
      error: this.#standing.error,
      latencyMs,
    })
  }

  async #run(): Promise<void> {
    const { tickets, arrived } = this.#options
    try {
      while (this.#standing.isAttached()) {
        const ticket = tickets.take()
        if (!ticket) await arrived.wait()
        else if (await this.#process(ticket)) {
          // Before it is acknowledged, so that the count stands even if this process ends now.
          this.report()
          tickets.done(ticket)
        }
      }
    } catch (error) {
      this.#standing.settle('stopped', toErrorRecord(error))
    }
    await tickets.close()
    this.report()
  }

  /** False when it is still to be done. */
  async #process({ mark, redelivered, bytes: loading }: Ticket): Promise<boolean> {
    const { first, count, kind, time } = mark
    const bytes = await loading
    if (!bytes) {
      this.#place += count
      this.#tally.pass(this.#place)
      return true
    }
    const items = kind ? [decodeBytes(kind, bytes)] : decodeValues(bytes)
    for (const [index, item] of items.entries()) {
      if (!this.#standing.isAttached()) return false
      this.#tally.begin(this.#place, time)
      const outcome = await this.#outcome(item, first + index, redelivered)
      if (outcome === undefined) return false
      this.#tally.end(outcome)
      this.#place++
    }
    return true
  }

  async #outcome(
    item: unknown,
    number: number,
    redelivered: boolean,
  ): Promise<'processed' | 'failed' | undefined> {
    const { open, deliver, abort } = this.#options
    try {
      await deliver(item, redelivered)
      return 'processed'
    } catch (failure) {
      if (open.onError !== 'stop')
        return settleFailed(
          { item, number, redelivered, failure },
          { ...this.#options, signal: abort.signal },
        )
      const record = toErrorRecord(failure)
      this.#standing.settle('stopped', {
        ...record,
        message: `"${open.call}" threw at item ${number}: ${record.message}`,
      })
      return 'failed'
    }
  }
}
