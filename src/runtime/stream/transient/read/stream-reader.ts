import { decodeBytes } from '../../../codec/index.js'
import { toErrorRecord } from '../../../core/errors.js'
import type { ReceiverState } from '../../../core/plan/summary.js'
import { collectYoung } from '../../../core/process/collect.js'
import { batchValues } from '../../common/read/batch-values.js'
import type { ItemDeliveryOptions } from '../../common/read/item-delivery.js'
import type { ReceiverLifecycle } from '../../common/read/receiver-lifecycle.js'
import { keptBytes, type LoadedChunk } from '../../lanes/chunk-loader.js'
import type { LaneReader } from '../../lanes/lane.js'
import type { IncomingChunk } from '../../protocol/incoming-chunk.js'
import type { Accept, AttachCounts, End, Open, Part, Progress } from '../../protocol/messages.js'
import type { IncomingMarks } from '../../protocol/ports.js'
import { ReadAhead, type ChunkAhead } from './read-ahead.js'
import { ReaderAccount } from './reader-account.js'
import { ReaderEnd } from './reader-end.js'
import { progressOf, type ReporterOptions } from './progress-of.js'
import { ReaderOrder } from './reader-order.js'
import { ReaderSession, type CreditListener } from './reader-session.js'
import { SettledReports, type SettledReportsOptions } from './settled-reports.js'

interface StreamReaderOptions extends ItemDeliveryOptions, SettledReportsOptions, ReporterOptions {
  open: Open
  /** Closed by the reader when the stream ends for this receiver. */
  lane: LaneReader
  /** Gives the callback memory on loan, for as long as it runs. */
  borrow: boolean
  /** Present where results of the items are streamed on. */
  marks?: IncomingMarks | undefined
  /** Counts of receivers of the same stream that this process had before. */
  before: readonly AttachCounts[]
}

/**
 * Receiver of a live or lossless stream: announced chunks are loaded, joined, delivered to the callback in order, and
 * counted. A writer that took it for gone accepts it anew, from the stream's present position on.
 */
export class StreamReader implements CreditListener {
  readonly #options: StreamReaderOptions
  readonly #lifecycle: ReceiverLifecycle
  readonly #account: ReaderAccount
  readonly #ahead: ReadAhead
  readonly #reports: SettledReports
  readonly order: ReaderOrder
  /** Number of the latest attach of any receiver that is known here. */
  #knownAccepts = 0
  /** Chunk that is or was processed last. */
  #current: IncomingChunk | undefined
  /** Weight reported as loaded, and parts loaded since. */
  #reportedWeight = 0
  #unreportedParts = 0
  readonly #end = new ReaderEnd()
  #running: Promise<void> | undefined

  constructor(options: StreamReaderOptions) {
    this.#options = options
    this.#lifecycle = options.lifecycle
    this.#account = new ReaderAccount(options.before, options.joining !== undefined)
    this.#ahead = new ReadAhead(options)
    this.#reports = new SettledReports(options)
    this.order = new ReaderOrder({ account: this.#account, ahead: this.#ahead, marks: options.marks })
  }

  /** Outcomes of all items until now. */
  get counts(): AttachCounts[] {
    return this.#account.all
  }

  /**
   * Adopts an acceptance of a receiver. One of this receiver begins a session, unless that has begun already; what waits of
   * an earlier session is dropped, as the writer has counted it as lost.
   */
  onAccept({ incarnation, attach, accepts, first, given }: Accept): void {
    this.#knownAccepts = Math.max(this.#knownAccepts, accepts)
    if (incarnation !== this.#options.self.incarnation) return
    const { session } = this.#account
    if (attach === session?.attach) {
      if (this.#isLive) session.queue.skip(given ?? 0)
      this.#end.onGiven(given)
      this.#lifecycle.changed.notify()
    }
    if (!this.#account.isNew(attach)) return
    if (!this.#lifecycle.isAttached()) return
    void this.#ahead.discard()
    this.#account.begin(new ReaderSession({ attach, first }, { ...this.#options, credit: this }))
    this.#reportedWeight = 0
    this.#running ??= this.#run()
    this.#lifecycle.changed.notify()
  }

  /**
   * Looks whether this receiver is among those that are accepted, as all present ones are in one message. If it is not, the
   * writer has settled its session, and may have given what comes now to another incarnation of its node: it begins anew.
   */
  onAllAccepted(accepted: readonly Accept[]): void {
    const { session } = this.#account
    const [{ accepts } = { accepts: 0 }] = accepted
    if (!session || !this.#lifecycle.isAttached() || accepts < session.attach) return
    const isPresent = accepted.some(({ incarnation }) => incarnation === this.#options.self.incarnation)
    if (!isPresent) this.#beginAnew(session)
  }

  onPart(part: Part): void {
    const { session } = this.#account
    if (!session || part.lane !== this.#options.lane.name || part.accepts > this.#knownAccepts) return
    if ((part.share && part.share.attach !== session.attach) || !session.queue.add(part)) return
    if (this.#isLive) this.#trim(session)
    this.#lifecycle.changed.notify()
  }

  onEnd(end: End): void {
    this.#end.onEnd(end)
    if (end.cut) this.#lifecycle.settle('stopped', end.error)
    this.#lifecycle.changed.notify()
    if (!this.#lifecycle.isAttached()) this.report()
  }

  /** Leaves a lossless stream when the callback has had what this receiver was given. */
  async leave(): Promise<void> {
    // Also before it is accepted: the writer may have given it items that are on their way.
    const reading = (): Promise<void> | undefined => this.#running
    if (!this.#isLive && this.#lifecycle.isAttached()) await this.#end.leave(() => this.report(), reading)
    await this.stop('left')
  }

  /** Stops after the present item. */
  async stop(state: ReceiverState): Promise<void> {
    this.#lifecycle.settle(state, null)
    await this.#running
    // A receiver that was never accepted has not begun to read, so the lane is closed here.
    this.#options.lane.close()
    this.report()
    await this.#reports.settled()
  }

  report(): void {
    this.#reports.publish(() => this.#progress())
  }

  #progress(): Progress {
    const counts = this.#account.report(this.#isLive ? this.#ahead.skipped(this.#account.session) : 0)
    this.#reportedWeight = counts.loaded
    this.#unreportedParts = 0
    const { isLeaving } = this.#end
    return progressOf(this.#options, { counts, isLeaving, wantsMarks: this.order.wantsMarks })
  }

  /** Lossless: reports what was loaded, so that the writer can continue. */
  onCredit(session: ReaderSession): void {
    if (session !== this.#account.session || this.#isLive) return
    const { parts, bytes } = this.#options.lane.credit
    if (++this.#unreportedParts >= parts || session.counter.loaded - this.#reportedWeight >= bytes)
      this.report()
  }

  get #isLive(): boolean {
    return this.#options.open.delivery === 'live'
  }

  async #run(): Promise<void> {
    try {
      while (this.#lifecycle.isAttached()) {
        this.#loadAhead()
        this.order.update(this.#isAllTaken())
        const flushing = this.#flushIfDue()
        if (flushing) await flushing
        // In a function call of its own, whose end leaves no reference that would keep an item from being collected.
        else if (this.#ahead.length > 0) {
          await this.#processNext()
          if (!this.#options.borrow && this.#current?.kind) collectYoung(this.#current.bytes)
        } else if (this.#isFinished()) break
        else {
          this.#expectNext()
          await this.#lifecycle.change()
        }
      }
      if (this.#lifecycle.isAttached()) this.#finish()
    } catch (error) {
      this.#lifecycle.settle('stopped', toErrorRecord(error))
    } finally {
      await this.#account.session?.delivery.close()
      await this.#ahead.discard()
      // Not only when the stream closes, which other receivers may keep open for long.
      this.#options.lane.close()
    }
    this.report()
  }

  /** Delivers the items that were gathered for the callback, when it is time, or no more come. */
  #flushIfDue(): Promise<void> | undefined {
    const { session } = this.#account
    if (!session?.delivery.hasWaiting) return undefined
    if (!session.delivery.isDue && (this.#ahead.taken || !this.#isFinished())) return undefined
    return session.delivery.flush().then(() => this.#reportDone(session))
  }

  /**
   * An idle live receiver subscribes to the next item's parts in place of requesting them. Not done for batches, where the
   * subscription costs more than the request.
   */
  #expectNext(): void {
    const { open, lane } = this.#options
    if (!this.#isLive || open.share || !this.#current?.kind) return
    lane.expect?.(this.#current.bytes, this.#current.parts.length)
  }

  async #processNext(): Promise<void> {
    const head = this.#ahead.take()
    if (!head) return
    const { bytes } = head
    this.#current = head.chunk
    await this.#process(head, bytes instanceof Promise ? await this.#loadedWhileFilling(bytes) : bytes)
    this.#ahead.onProcessed()
    this.#reportDone(head.session)
  }

  /**
   * Shared streams: reports when no item is in hand, so that the writer can assign the next one. Items skipped before the next
   * queued one are counted as dropped here.
   */
  #reportDone(session: ReaderSession): void {
    if (!this.#options.open.share || !this.#lifecycle.isAttached() || session.delivery.hasWaiting) return
    this.#loadAhead()
    session.counter.pass(this.#ahead.next(session))
    this.report()
  }

  /** Begins to load as many chunks as the delivery and the lane allow. */
  #loadAhead(): void {
    const { session } = this.#account
    if (!session) return
    if (this.#isLive) this.#trim(session)
    this.#ahead.fill(session)
  }

  #trim(session: ReaderSession): void {
    session.queue.trim(Math.max(1, this.#options.open.buffer - this.#ahead.length))
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
      await this.#flushIfDue()
      this.#loadAhead()
    }
    return bytes
  }

  async #process(ahead: ChunkAhead, loaded: LoadedChunk | undefined): Promise<void> {
    const { chunk, session } = ahead
    this.#ahead.onLoaded(ahead)
    if (loaded && chunk.kind !== null) {
      const bytes = session.delivery.keepsItems ? keptBytes(loaded) : loaded.bytes
      try {
        await session.delivery.deliverItem(decodeBytes(chunk.kind, bytes), chunk, bytes.length)
      } finally {
        loaded.release?.()
      }
      return
    }
    // Bytes that do not decode are not what was announced: the part is gone, too.
    const values = loaded && batchValues(loaded.bytes, chunk)
    if (values) await session.delivery.deliverBatch(values, chunk)
    else if (!this.#isLive && this.#lifecycle.isAttached()) this.#beginAnew(session)
  }

  /** Ends a session that the writer has given up: this receiver waits to be accepted anew, and the rest counts as lost. */
  #beginAnew(session: ReaderSession): void {
    if (session !== this.#account.session) return
    this.report()
    void this.#ahead.discard()
    this.#account.begin(undefined)
    this.report()
  }

  #isFinished(): boolean {
    return this.#isAllTaken() && !this.#account.session?.delivery.isEarly
  }

  /** Whether the stream has no other items than those that were taken. */
  #isAllTaken(): boolean {
    const queue = this.#account.session?.queue
    if (!this.#end.isKnown || !queue?.empty || this.#ahead.length > 0) return false
    return this.#isLive || (queue.complete && queue.next === this.#end.count(this.#account.session?.attach))
  }

  #finish(): void {
    const { session } = this.#account
    session?.counter.pass(this.#end.count(session.attach))
    this.#lifecycle.settle(this.#end.isLeaving ? 'left' : 'finished', null)
  }
}
