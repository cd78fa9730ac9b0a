import { decodeBytes, decodeValues } from '../../../codec/index.js'
import { Wakeup } from '../../../core/deferred.js'
import { DaffiError, toErrorRecord } from '../../../core/errors.js'
import type { ReceiverState } from '../../../core/summary.js'
import { Intake, type Arriving } from './chunk-queue.js'
import type { LaneReader, Loading } from '../../lanes/lane.js'
import { loadChunk, type LoadedChunk } from '../../lanes/chunk-loader.js'
import { retryFailed } from '../../common/read/retry.js'
import {
  partCost,
  type Accept,
  type End,
  type Open,
  type Part,
  type Progress,
} from '../../protocol/messages.js'
import { Standing } from '../../common/read/receiver-lifecycle.js'
import { Tally } from '../../common/read/item-counter.js'
import { Turn } from '../../common/time-slice.js'

/** The longest that synchronous callbacks may hold the loop. */
const TURN_MS = 10

/** Runs the callback with an item; a promise of one that has failed rejects. */
export type Deliver = (item: unknown, redelivered?: boolean) => unknown

interface ReaderOptions {
  open: Open
  self: { name: string; incarnation: string }
  /** Closed when the stream ends for this receiver. */
  lane: LaneReader
  deliver: Deliver
  /** The callback wants zero-copy memory, for as long as it runs. */
  borrow: boolean
  publish: (progress: Progress) => void
}

/** What a receiver has from one accept to the next. */
interface Term {
  attach: number
  intake: Intake
  tally: Tally
}

interface Ahead {
  chunk: Arriving
  term: Term
  bytes: Loading<LoadedChunk>
}

/** One stream on a receiving node: what has come is loaded, joined, put through the callback in order, and counted. */
export class StreamReader {
  readonly #options: ReaderOptions
  readonly #abort = new AbortController()
  readonly #heard = new Wakeup()
  #term: Term | undefined
  #ahead: Ahead[] = []
  /** What is being processed. */
  #hand: Arriving | undefined
  #held = 0
  #credited = 0
  #uncredited = 0
  #end: End | undefined
  readonly #standing = new Standing(this.#abort, this.#heard)
  #running: Promise<void> | undefined

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  /** Aborts when the stream ends for this receiver. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  accept({ attach, first, pin }: Accept): void {
    if (attach === this.#term?.attach || !this.#standing.isAttached()) return
    this.#options.lane.accept(pin)
    this.#term = { attach, intake: new Intake(this.#options.open.delivery, first), tally: new Tally(first) }
    this.#credited = 0
    this.#running ??= this.#run()
    this.#heard.notify()
  }

  hear(part: Part): void {
    const { attach, intake } = this.#term ?? {}
    if (part.lane !== this.#options.lane.name || (part.share && part.share.attach !== attach)) return
    if (intake?.hear(part)) this.#heard.notify()
  }

  end(end: End): void {
    this.#end = end
    if (end.cut) this.#standing.settle('stopped', end.error)
    this.#heard.notify()
    if (!this.#standing.isAttached()) this.report()
  }

  /** Stops after the item in hand. */
  async stop(state: ReceiverState): Promise<void> {
    this.#standing.settle(state, null)
    await this.#running
    // Who was never accepted has not run.
    this.#options.lane.close()
    this.report()
  }

  report(): void {
    const { self, lane, publish } = this.#options
    const counts = (this.#term?.tally ?? new Tally(0)).counts
    this.#credited = counts.loaded
    this.#uncredited = 0
    publish({
      node: self.name,
      incarnation: self.incarnation,
      pid: process.pid,
      lane: lane.name,
      state: this.#standing.state,
      attach: this.#term?.attach ?? 0,
      error: this.#standing.error,
      ...counts,
    })
  }

  async #run(): Promise<void> {
    try {
      while (this.#standing.isAttached()) {
        this.#fill()
        // In a call of its own, whose end leaves nothing that would keep an item from being collected.
        if (this.#ahead.length > 0) await this.#takeNext()
        else if (this.#finished()) break
        else {
          this.#expectNext()
          await this.#heard.wait()
        }
      }
      this.#finish()
    } catch (error) {
      this.#standing.settle('stopped', toErrorRecord(error))
    } finally {
      for (const { bytes } of this.#ahead) (await Promise.resolve(bytes).catch(() => undefined))?.release?.()
      // Not only with the stream, which may go on for long for others.
      this.#options.lane.close()
    }
    this.report()
  }

  /**
   * Who is idle will take the next item, which is likely to be like the last. Who is not picks the newest when it is done.
   * To subscribe costs more than to ask for a batch of small items.
   */
  #expectNext(): void {
    const { open, lane } = this.#options
    if (open.delivery !== 'live' || open.share || !this.#hand?.kind) return
    lane.expect?.(this.#hand.bytes, this.#hand.parts.length)
  }

  async #takeNext(): Promise<void> {
    const head = this.#ahead.shift()
    if (!head) return
    const { bytes } = head
    this.#hand = head.chunk
    await this.#process(head, bytes instanceof Promise ? await this.#whileFilling(bytes) : bytes)
    if (this.#options.open.share && this.#standing.isAttached()) this.#reportDone(head.term)
  }

  /** Where items are shared, who is done gets the next: with what was passed over on the way to the item that follows. */
  #reportDone(term: Term): void {
    this.#fill()
    const [next] = this.#ahead
    term.tally.pass(next?.term === term ? next.chunk.first : term.intake.next)
    this.report()
  }

  /** Begins to load as much ahead as the delivery allows. */
  #fill(): void {
    const term = this.#term
    if (!term) return
    const { delivery, buffer } = this.#options.open
    if (delivery === 'live') term.intake.trim(Math.max(1, buffer - this.#ahead.length))
    // In live a chunk that is loaded early is a chunk that grows stale.
    const most = delivery === 'live' ? 0 : this.#options.lane.ahead
    while (this.#ahead.length === 0 || this.#held < most) {
      const chunk = term.intake.take()
      if (!chunk) return
      this.#held += chunk.bytes
      const bytes = loadChunk(chunk, {
        lane: this.#options.lane,
        lend: this.#options.borrow && chunk.kind !== null,
        heard: this.#heard,
        signal: this.#abort.signal,
        onPart: (length) => this.#credit(term, partCost(length)),
      })
      // Awaited in its turn; until then a failure is not an unhandled one.
      if (bytes instanceof Promise) bytes.catch(() => undefined)
      this.#ahead.push({ chunk, term, bytes })
    }
  }

  /** Word of new chunks is acted upon while the head is on its way. */
  async #whileFilling(bytes: Promise<LoadedChunk | undefined>): Promise<LoadedChunk | undefined> {
    const state = { arrived: false }
    const arrive = (): void => {
      state.arrived = true
      this.#heard.notify()
    }
    bytes.then(arrive, arrive)
    while (!state.arrived) {
      await this.#heard.wait()
      this.#fill()
    }
    return bytes
  }

  async #process({ chunk, term }: Ahead, loaded: LoadedChunk | undefined): Promise<void> {
    this.#held -= chunk.bytes
    if (loaded === undefined) {
      if (this.#options.open.delivery === 'live' || !this.#standing.isAttached()) return
      throw new DaffiError('DAFFI_STREAM_LOST', `items from number ${chunk.first} on are gone`)
    }
    if (chunk.kind === null) {
      await this.#processBatch(decodeValues(loaded.bytes), chunk, term)
      return
    }
    try {
      await this.#deliver(decodeBytes(chunk.kind, loaded.bytes), chunk.first, chunk.time, term.tally)
    } finally {
      loaded.release?.()
    }
  }

  async #processBatch(values: unknown[], { first, time }: Arriving, { tally }: Term): Promise<void> {
    const turn = new Turn(TURN_MS)
    for (let index = 0; index < values.length; index++) {
      if (!this.#standing.isAttached()) return
      const look = turn.due
      const running = this.#deliver(values[index], first + index, look ? time : undefined, tally)
      if (running) await running
      if (look && turn.look()) await turn.yield()
    }
  }

  /** A promise when the callback gave one: synchronous callbacks are not slowed down by awaiting nothing. */
  #deliver(item: unknown, number: number, time: number | undefined, tally: Tally): Promise<void> | undefined {
    tally.begin(number, time)
    const failed = (error: unknown): Promise<void> | undefined => {
      if (this.#options.open.onError === 'retry') return this.#retry(item, error, tally)
      tally.end('failed')
      if (this.#options.open.onError === 'skip') return undefined
      const record = toErrorRecord(error)
      const shift = this.#hand ? this.#hand.item - this.#hand.first : 0
      const message = `"${this.#options.open.call}" threw at item ${number + shift}: ${record.message}`
      this.#standing.settle('stopped', { ...record, message })
      return undefined
    }
    try {
      const result = this.#options.deliver(item)
      if (result instanceof Promise) return result.then(() => tally.end('processed'), failed)
      tally.end('processed')
      return undefined
    } catch (error) {
      return failed(error)
    }
  }

  /** After the last attempt the item counts as failed, and the stream goes on. */
  async #retry(item: unknown, failure: unknown, tally: Tally): Promise<void> {
    const { deliver, open } = this.#options
    const retried = retryFailed(() => deliver(item), failure, {
      policy: open.retry,
      signal: this.#abort.signal,
    })
    const error = await retried.catch((reason: unknown) => reason)
    if (this.#standing.isAttached()) tally.end(error === undefined ? 'processed' : 'failed')
  }

  #credit({ tally, attach }: Term, cost: number): void {
    tally.load(cost)
    const { open, lane } = this.#options
    if (attach !== this.#term?.attach || open.delivery === 'live') return
    this.#uncredited++
    const { parts, bytes } = lane.credit
    if (this.#uncredited >= parts || tally.loaded - this.#credited >= bytes) this.report()
  }

  /** Items that are this receiver's, once the end is known. */
  get #count(): number {
    const { shares, count = 0 } = this.#end ?? {}
    return shares ? (shares[this.#term?.attach ?? 0] ?? 0) : count
  }

  #finished(): boolean {
    const intake = this.#term?.intake
    if (!this.#end || !intake?.empty) return false
    return this.#options.open.delivery === 'live' || (intake.whole && intake.next === this.#count)
  }

  #finish(): void {
    if (!this.#standing.isAttached()) return
    this.#term?.tally.pass(this.#count)
    this.#standing.settle('finished', null)
  }
}
