import { addAbortListener } from 'node:events'
import { encodeItem } from '../../../codec/index.js'
import { abortError } from '../../../core/abort.js'
import { toErrorRecord } from '../../../core/errors.js'
import { isAmong, type Cause, type StoredCauses } from '../../../core/stream/cause.js'
import { asError } from '../../../core/thrown/read-thrown.js'
import { bounded } from '../../../core/timeout.js'
import type { Origin } from '../../../core/stream/origin.js'
import type { StreamSummary } from '../../../core/plan/summary.js'
import type { End, Mark } from '../../protocol/messages.js'
import type { Peer, StreamContext } from '../../protocol/ports.js'
import { now } from '../latency.js'
import { assertDelivered } from '../stream-error.js'
import type { Announcer } from './announcer.js'
import type { ChunkOutput } from './batch.js'
import type { Batcher } from './batcher.js'
import { feed, type Items } from './feed.js'
import { itemKeys } from './item-key.js'
import { PushedItems, type StageMarks } from './pushed-items.js'
import type { ReceiverAccounts, WriterState } from './writer-state.js'

/** Interval at which messages that a receiver may have missed are published again. */
const REPEAT_MS = 1000
const PROGRESS_MS = 250
/** Time that receivers have to give their final counts when the stream is cut off. */
const SHUTDOWN_GRACE_MS = 2000
/** Longest wait for the server to have the last message: it may stand still. */
const FLUSH_MS = 1000

/** Lanes or store behind a session, and the receivers that read from them. */
export interface SessionOutput extends ChunkOutput {
  readonly receivers: ReceiverAccounts
  /**
   * Result of earlier sessions: number of items that are stored already, and whether those are all. `rest`: the items after
   * those, which are streamed instead of passing over the first ones. `causes`: the latest results of a stage among them.
   */
  readonly resumed: { next: number; ended: boolean; rest?: Items | undefined; causes?: StoredCauses }
  /** Invites the present receivers. Resolves when the first item may be sent. */
  gather(invited: readonly Peer[]): Promise<void>
  /** Publishes messages again that receivers may have missed, except for the end marker. */
  repeat(): void
  /** Bytes that stay as they are until they are sent: the given ones, or a copy. */
  own(bytes: Uint8Array): Uint8Array
  /** Present where items are kept on disk: resolves when all that were sent are, or the stream is cut off. */
  stored?(): Promise<void>
  /** Resolves when all chunks are stored and announced. */
  flush(): Promise<void>
  /** Fields of the end marker that depend on the receivers. */
  endFields(): Pick<End, 'shares' | 'drained'>
  /** Whether the session must still wait for a receiver. @param cut the stream was cut off */
  isPending(cut: boolean): boolean
  /** Updates what receivers do not report themselves. */
  refresh(): Promise<void>
  /** Called when no receiver is waited for any more, before that is published in the end marker. */
  settle(): Promise<void>
  close(): Promise<void>
}

interface WriterSessionOptions {
  context: StreamContext
  state: WriterState
  announcer: Announcer
  batcher: Batcher
  output: SessionOutput
}

/** One session of a stream's writer: items are numbered, batched, sent, and accounted for until every receiver is done. */
export class WriterSession {
  readonly #options: WriterSessionOptions
  readonly #keyOf: ReturnType<typeof itemKeys> | undefined
  #end: End | undefined
  /** Latest word of how far the stage is, which is repeated. */
  #mark: Mark | undefined

  constructor(options: WriterSessionOptions) {
    this.#options = options
    const { by } = options.context.options
    this.#keyOf = by === undefined ? undefined : itemKeys(by)
  }

  /** Resolves when every receiver has had everything. @throws StreamError */
  async run(items: Items, invited: readonly Peer[]): Promise<StreamSummary> {
    const { context, state, output, batcher } = this.#options
    const { signal, call, share, onProgress } = context.options
    const cut = (): void => {
      if (signal) state.fail(abortError(signal, `the stream to "${call}"`))
    }
    if (signal?.aborted) cut()
    const listener = signal && addAbortListener(signal, cut)
    const repeating = setInterval(() => this.#repeat(), REPEAT_MS)
    const reporting = onProgress && setInterval(() => onProgress(state.summary()), PROGRESS_MS)
    try {
      await output.gather(invited)
      await this.#send(items)
      await this.#finish()
      const summary = state.summary()
      onProgress?.(summary)
      return assertDelivered(summary, state.failure, share)
    } finally {
      clearInterval(repeating)
      clearInterval(reporting)
      listener?.[Symbol.dispose]()
      batcher.close()
      await output.close()
    }
  }

  async #send(items: Items): Promise<void> {
    const { context, state, output, batcher } = this.#options
    const { next, ended, rest } = output.resumed
    if (ended) {
      state.items = next
      state.start()
      return
    }
    if (rest) state.resume(next)
    try {
      await this.#take(rest ?? items)
    } catch (error) {
      state.onSourceFailure(asError(error))
    }
    state.sourceEnded = true
    state.interrupted = context.options.stopping?.aborted ?? false
    if (state.signal.aborted) return
    await batcher.flush()
    await output.flush()
  }

  async #take(items: Items): Promise<void> {
    const { state, batcher, output } = this.#options
    const { signal } = state
    if (!(items instanceof PushedItems) || !output.stored) {
      const accept = (item: unknown, origin?: Origin): Promise<void> | undefined => this.#accept(item, origin)
      await feed(items, { signal, accept, mark: (marks) => this.#announceMark(marks) })
      return
    }
    const { causes = {} } = output.resumed
    await items.flowInto({
      signal,
      mark: (marks) => this.#announceMark(marks),
      accept: (item, origin, cause) =>
        cause && isAmong(cause, causes) ? undefined : this.#accept(item, origin, cause),
      stored: async () => {
        await batcher.flush()
        await output.stored?.()
      },
    })
  }

  #accept(item: unknown, origin?: Origin, cause?: Cause): Promise<void> | undefined {
    const { state, batcher, output } = this.#options
    const before = batcher.bytes
    if (batcher.addInteger(item, origin, cause)) {
      state.items++
      state.bytes += batcher.bytes - before
      return batcher.full ? batcher.flush() : undefined
    }
    const number = state.items
    if (number < output.resumed.next) {
      state.items++
      state.start()
      return undefined
    }
    const key = this.#keyOf?.(item, number)
    const encoded = encodeItem(item, number)
    const { kind = null, bytes } = encoded
    const time = origin?.time ?? (kind?.[0] === 'frame' ? kind[5] : now())
    state.items++
    state.bytes += bytes.length
    state.start()
    if (batcher.accepts(encoded)) return batcher.add(number, encoded, time, origin, cause, key)
    const flushed = batcher.flush()
    const sent = output.send({
      first: number,
      count: 1,
      kind,
      bytes: output.own(bytes),
      key,
      time,
      origin,
      lastOrigin: origin,
      cause,
    })
    return flushed ? flushed.then(() => sent) : sent
  }

  #announceMark(marks: StageMarks): void {
    this.#mark = { what: 'mark', count: this.#options.state.items, ...marks }
    this.#options.announcer.announce(this.#mark, Infinity)
  }

  #repeat(): void {
    this.#options.output.repeat()
    if (this.#mark) this.#options.announcer.announce(this.#mark, Infinity)
    if (this.#end) this.#options.announcer.publish('end', this.#end)
  }

  /** Publishes the end marker, and waits for the receivers' final counts; not for long when the stream was cut off. */
  async #finish(): Promise<void> {
    const { context, state, announcer, output } = this.#options
    const { changed } = output.receivers
    const cut = state.signal.aborted
    state.ended = true
    const error = state.failure === undefined ? null : toErrorRecord(state.failure)
    this.#end = { count: state.items, ...output.endFields(), error, cut, closed: false }
    announcer.publish('end', this.#end)
    const deadline = cut ? AbortSignal.timeout(SHUTDOWN_GRACE_MS) : state.signal
    const listener = addAbortListener(deadline, () => changed.notify())
    try {
      while (output.isPending(cut) && !deadline.aborted) {
        await changed.wait()
        await output.refresh()
        const fields = output.endFields()
        if (fields.drained && !this.#end.drained) {
          this.#end = { ...this.#end, ...fields }
          announcer.publish('end', this.#end)
        }
      }
    } finally {
      listener[Symbol.dispose]()
    }
    // The stream was cut off during the wait: the receivers must be notified, and need time for their final counts.
    if (!cut && deadline.aborted) {
      await this.#finish()
      return
    }
    await output.settle()
    announcer.publish('end', { ...this.#end, closed: true })
    const flushed = context.connections.control.flush()
    await bounded(flushed, { timeoutMs: FLUSH_MS, what: 'the end of the stream' }).catch(() => undefined)
  }
}
