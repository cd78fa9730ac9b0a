import { decodeBytes, decodeValues } from '../../../codec/index.js'
import { DaffiError, toErrorRecord } from '../../../core/errors.js'
import type { ReceiverState } from '../../../core/plan/summary.js'
import type { FailureLog } from '../../common/read/failure-log.js'
import { OutcomeCounter } from '../../common/read/outcome-counter.js'
import type { ProgressPublisher } from '../../common/read/progress-publisher.js'
import type { ReceiverLifecycle } from '../../common/read/receiver-lifecycle.js'
import { loadChunk, type LoadedChunk } from '../../lanes/chunk-loader.js'
import type { LaneReader, Loading } from '../../lanes/lane.js'
import type { Accept, End, Open, Part } from '../../protocol/messages.js'
import type { Deliver, Peer } from '../../protocol/ports.js'
import type { IncomingChunk } from '../../protocol/incoming-chunk.js'
import { ReaderSession, type CreditListener } from './reader-session.js'

interface StreamReaderOptions {
  open: Open
  self: Peer
  lifecycle: ReceiverLifecycle
  /** Closed by the reader when the stream ends for this receiver. */
  lane: LaneReader
  deliver: Deliver
  /** Gives the callback memory on loan, for as long as it runs. */
  borrow: boolean
  failures: FailureLog
  progress: ProgressPublisher
}

interface ChunkAhead {
  chunk: IncomingChunk
  session: ReaderSession
  bytes: Loading<LoadedChunk>
}

/**
 * Receiver of a live or lossless stream: announced chunks are loaded, joined, delivered to the callback in order, and
 * counted.
 */
export class StreamReader implements CreditListener {
  readonly #options: StreamReaderOptions
  readonly #lifecycle: ReceiverLifecycle
  /** Counts before the first accept. */
  readonly #nothing = new OutcomeCounter(0)
  #session: ReaderSession | undefined
  /** Chunks that are being loaded, in order. */
  #ahead: ChunkAhead[] = []
  /** Bytes of those chunks. */
  #aheadBytes = 0
  /** Chunk that is or was processed last. */
  #current: IncomingChunk | undefined
  /** Weight reported as loaded, and parts loaded since. */
  #reportedWeight = 0
  #unreportedParts = 0
  #end: End | undefined
  #running: Promise<void> | undefined

  constructor(options: StreamReaderOptions) {
    this.#options = options
    this.#lifecycle = options.lifecycle
  }

  /** Begins a session. Does nothing when that has begun already, or the receiver has settled. */
  accept({ attach, first, pin }: Accept): void {
    if (attach === this.#session?.attach || !this.#lifecycle.isAttached()) return
    this.#options.lane.accept(pin)
    this.#session = new ReaderSession({ attach, first }, { ...this.#options, credit: this })
    this.#reportedWeight = 0
    this.#running ??= this.#run()
    this.#lifecycle.changed.notify()
  }

  onPart(part: Part): void {
    const session = this.#session
    if (part.lane !== this.#options.lane.name || (part.share && part.share.attach !== session?.attach)) return
    if (session?.queue.add(part)) this.#lifecycle.changed.notify()
  }

  onEnd(end: End): void {
    this.#end = end
    if (end.cut) this.#lifecycle.settle('stopped', end.error)
    this.#lifecycle.changed.notify()
    if (!this.#lifecycle.isAttached()) this.report()
  }

  /** Stops after the present item. */
  async stop(state: ReceiverState): Promise<void> {
    this.#lifecycle.settle(state, null)
    await this.#running
    // A receiver that was never accepted has not begun to read, so the lane is closed here.
    this.#options.lane.close()
    this.report()
  }

  report(): void {
    const { self, lane, progress } = this.#options
    const { counts } = this.#session?.counter ?? this.#nothing
    this.#reportedWeight = counts.loaded
    this.#unreportedParts = 0
    progress.publish({
      node: self.name,
      incarnation: self.incarnation,
      pid: process.pid,
      lane: lane.name,
      state: this.#lifecycle.state,
      attach: this.#session?.attach ?? 0,
      error: this.#lifecycle.error,
      ...counts,
    })
  }

  /** Lossless: reports what was loaded, so that the writer can continue. */
  onCredit(session: ReaderSession): void {
    const { open, lane } = this.#options
    if (session !== this.#session || open.delivery === 'live') return
    this.#unreportedParts++
    const { parts, bytes } = lane.credit
    if (this.#unreportedParts >= parts || session.counter.loaded - this.#reportedWeight >= bytes)
      this.report()
  }

  async #run(): Promise<void> {
    const { lane } = this.#options
    try {
      while (this.#lifecycle.isAttached()) {
        this.#loadAhead()
        // In a function call of its own, whose end leaves no reference that would keep an item from being collected.
        if (this.#ahead.length > 0) await this.#processNext()
        else if (this.#isFinished()) break
        else {
          this.#expectNext()
          await this.#lifecycle.changed.wait()
        }
      }
      this.#finish()
    } catch (error) {
      this.#lifecycle.settle('stopped', toErrorRecord(error))
    } finally {
      for (const { bytes } of this.#ahead) (await Promise.resolve(bytes).catch(() => undefined))?.release?.()
      // Not only when the stream closes, which other receivers may keep open for long.
      lane.close()
    }
    this.report()
  }

  /**
   * An idle live receiver subscribes to the next item's parts in place of requesting them. Not done for batches, where the
   * subscription costs more than the request.
   */
  #expectNext(): void {
    const { open, lane } = this.#options
    if (open.delivery !== 'live' || open.share || !this.#current?.kind) return
    lane.expect?.(this.#current.bytes, this.#current.parts.length)
  }

  async #processNext(): Promise<void> {
    const head = this.#ahead.shift()
    if (!head) return
    const { bytes } = head
    this.#current = head.chunk
    await this.#process(head, bytes instanceof Promise ? await this.#loadedWhileFilling(bytes) : bytes)
    if (this.#options.open.share && this.#lifecycle.isAttached()) this.#reportDone(head.session)
  }

  /**
   * Shared streams: reports after each item, so that the writer can assign the next one. Items skipped before the next
   * queued one are counted as dropped here.
   */
  #reportDone(session: ReaderSession): void {
    this.#loadAhead()
    const [next] = this.#ahead
    session.counter.pass(next?.session === session ? next.chunk.first : session.queue.next)
    this.report()
  }

  /** Begins to load as many chunks as the delivery and the lane allow. */
  #loadAhead(): void {
    const session = this.#session
    if (!session) return
    const { open, lane, borrow } = this.#options
    if (open.delivery === 'live') session.queue.trim(Math.max(1, open.buffer - this.#ahead.length))
    // A live chunk that is loaded early grows stale.
    const limit = open.delivery === 'live' ? 0 : lane.ahead
    while (this.#ahead.length === 0 || this.#aheadBytes < limit) {
      const chunk = session.queue.take()
      if (!chunk) return
      this.#aheadBytes += chunk.bytes
      const bytes = loadChunk(chunk, {
        lane,
        loan: borrow && chunk.kind !== null,
        announced: this.#lifecycle.changed,
        signal: this.#lifecycle.signal,
        listener: session,
      })
      // Awaited in its turn; until then a failure is not an unhandled one.
      if (bytes instanceof Promise) bytes.catch(() => undefined)
      this.#ahead.push({ chunk, session, bytes })
    }
  }

  /** Loads further chunks, as they are announced, while the head is on its way. */
  async #loadedWhileFilling(bytes: Promise<LoadedChunk | undefined>): Promise<LoadedChunk | undefined> {
    const state = { settled: false }
    const onSettled = (): void => {
      state.settled = true
      this.#lifecycle.changed.notify()
    }
    bytes.then(onSettled, onSettled)
    while (!state.settled) {
      await this.#lifecycle.changed.wait()
      this.#loadAhead()
    }
    return bytes
  }

  async #process({ chunk, session }: ChunkAhead, loaded: LoadedChunk | undefined): Promise<void> {
    this.#aheadBytes -= chunk.bytes
    if (loaded === undefined) {
      if (this.#options.open.delivery === 'live' || !this.#lifecycle.isAttached()) return
      throw new DaffiError('DAFFI_STREAM_LOST', `items from number ${chunk.first} on are gone`)
    }
    if (chunk.kind === null) {
      await session.delivery.deliverBatch(decodeValues(loaded.bytes), chunk)
      return
    }
    try {
      await session.delivery.deliverItem(decodeBytes(chunk.kind, loaded.bytes), chunk)
    } finally {
      loaded.release?.()
    }
  }

  /** Number of items of this receiver, once the end is known. */
  get #count(): number {
    const { shares, count = 0 } = this.#end ?? {}
    return shares ? (shares[this.#session?.attach ?? 0] ?? 0) : count
  }

  #isFinished(): boolean {
    const queue = this.#session?.queue
    if (!this.#end || !queue?.empty) return false
    return this.#options.open.delivery === 'live' || (queue.complete && queue.next === this.#count)
  }

  #finish(): void {
    if (!this.#lifecycle.isAttached()) return
    this.#session?.counter.pass(this.#count)
    this.#lifecycle.settle('finished', null)
  }
}
