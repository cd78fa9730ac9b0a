import { addAbortListener } from 'node:events'
import { encodeItem } from '../../../codec/index.js'
import { abortError } from '../../../core/abort.js'
import { DaffiError, toErrorRecord } from '../../../core/errors.js'
import { memoryOf } from '../../../core/item-memory.js'
import type { Lane, StreamSummary } from '../../../core/summary.js'
import { Attendance } from './receiver-sessions.js'
import { feed, type Items } from '../../common/write/feed.js'
import { JetStreamLaneWriter, WINDOW } from '../../lanes/jetstream-writer.js'
import type { LaneWriter } from '../../lanes/lane.js'
import type { ShmLaneWriter } from '../../lanes/shm/shm-writer.js'
import { now } from '../../common/latency.js'
import { encodeMessage, streamSubject, type End, type Open } from '../../protocol/messages.js'
import { ONE_BY_ONE, Packer } from '../../common/write/batcher.js'
import type { Peer, StreamConnections, StreamOptions, StreamPorts } from '../../protocol/ports.js'
import { Observed } from '../../observe/stream-monitor.js'
import { Routes } from './lane-set.js'
import { Receivers, type Position } from './receiver-table.js'
import { Sharing } from './dispatcher.js'
import { verdict } from '../../common/stream-error.js'
import { summarize } from '../../common/write/summarize.js'
import { Words } from '../../common/write/announcer.js'

const REPEAT_MS = 1000
const PROGRESS_MS = 250
const MIB = 1024 * 1024
/** What the server keeps. Lossless never has more than the window unread, and some room to spare; live readers come late. */
const KEEP = { lossless: WINDOW + 8 * MIB, live: 128 * MIB }
/** How long receivers may take to give their counts when a stream is cut off. */
const LAST_WORDS_MS = 2000

export interface WriterOptions {
  id: string
  shm: ShmLaneWriter | undefined
  options: StreamOptions
  ports: StreamPorts
  connections: StreamConnections
}

/** One stream at its source: items are numbered, batched or cut, sent, and accounted for until every receiver is done. */
export class StreamWriter {
  readonly #options: WriterOptions
  readonly #attendance: Attendance
  readonly #routes: Routes
  /** Takes each chunk: to all receivers, or to one. */
  readonly #outlets: Pick<Routes, 'send'>
  readonly #packer: Packer
  readonly #observed: Observed
  readonly #words: Words
  readonly #abort = new AbortController()
  #items = 0
  #bytes = 0
  #started: number | undefined
  #end: End | undefined
  #failure: unknown

  constructor(writer: WriterOptions) {
    this.#options = writer
    this.#observed = new Observed({
      ...writer,
      summary: () => this.#summary(),
    })
    const { id, ports, connections } = writer
    this.#words = new Words(connections.control, streamSubject(ports.pipeline, id, 'chunk'))
    const { delivery, share, batch } = writer.options
    const live = delivery === 'live'
    const receivers = new Receivers(share)
    const onFailure = (error: unknown): void => this.#fail(error)
    this.#packer = new Packer({
      batch: share ? ONE_BY_ONE : batch,
      busy: () => this.#routes.busy,
      send: (chunk) => this.#outlets.send(chunk),
      signal: this.#abort.signal,
    })
    this.#routes = new Routes({
      open: (lane) => this.#openLane(lane),
      live,
      announce: (part, most) => {
        this.#words.say(part, most)
        this.#observed.hear(part)
      },
      demand: (lane) => receivers.demand(lane),
      sent: (attach, end, cost) => receivers.sent(attach, end, cost),
      credit: receivers.changed,
      idle: this.#packer.due,
      signal: this.#abort.signal,
      onFailure,
    })
    this.#outlets = share
      ? new Sharing({ receivers, routes: this.#routes, live, signal: this.#abort.signal })
      : this.#routes
    this.#attendance = new Attendance({
      ...writer,
      receivers,
      routes: this.#routes,
      invite: (open) => this.#publish('open', open),
      accept: (accept) => this.#words.say(accept, 1),
      position: () => this.#position(),
      onAbandoned: () => this.#abandoned(),
      onFailure,
    })
  }

  /** Resolves when every receiver has had everything. @throws StreamError */
  async run(items: Items, invited: readonly Peer[]): Promise<StreamSummary> {
    const { signal, call, share, onProgress } = this.#options.options
    const cut = (): void => {
      if (signal) this.#fail(abortError(signal, `the stream to "${call}"`))
    }
    if (signal?.aborted) cut()
    const listener = signal && addAbortListener(signal, cut)
    const repeating = setInterval(() => this.#repeat(), REPEAT_MS)
    const reporting = onProgress && setInterval(() => onProgress(this.#summary()), PROGRESS_MS)
    const unlend = this.#lend(items)
    try {
      await this.#attendance.gather(invited, this.#abort.signal)
      await this.#send(items)
      await this.#finish()
      const summary = this.#summary()
      onProgress?.(summary)
      return verdict(summary, this.#failure, share)
    } finally {
      clearInterval(repeating)
      clearInterval(reporting)
      listener?.[Symbol.dispose]()
      unlend()
      this.#packer.close()
      this.#attendance.close()
      this.#observed.close()
      await this.#routes.close()
      await this.#options.shm?.close()
    }
  }

  /** Shared memory is there before the first receiver, which must know of it; what goes by the server may never be needed. */
  async #openLane(lane: Lane): Promise<LaneWriter> {
    const { id, options, ports, connections, shm } = this.#options
    if (lane === 'shm' && shm) return shm
    const { delivery } = options
    return JetStreamLaneWriter.open({
      ports,
      connections,
      id,
      bytes: delivery === 'live' ? KEEP.live : KEEP.lossless,
      renew: delivery === 'live',
    })
  }

  async #send(items: Items): Promise<void> {
    try {
      await feed(items, { signal: this.#abort.signal, take: (item) => this.#take(item) })
    } catch (error) {
      this.#failure ??= error
    }
    if (this.#abort.signal.aborted) return
    await this.#packer.flush()
    await this.#routes.flush()
  }

  #take(item: unknown): Promise<void> | undefined {
    const before = this.#packer.bytes
    if (this.#packer.addInteger(item)) {
      this.#items++
      this.#bytes += this.#packer.bytes - before
      return this.#packer.full ? this.#packer.flush() : undefined
    }
    const number = this.#items
    const encoded = encodeItem(item, number)
    const { kind = null, bytes } = encoded
    const time = kind?.[0] === 'frame' ? kind[5] : now()
    this.#items++
    this.#bytes += bytes.length
    if (number === 0) this.#start()
    if (this.#packer.takes(encoded)) return this.#packer.add(number, encoded, time)
    const flushed = this.#packer.flush()
    const sent = this.#outlets.send({ first: number, count: 1, kind, bytes: this.#lasting(bytes), time })
    return flushed ? flushed.then(() => sent) : sent
  }

  /** What lies in the ring already is overwritten there in time; other lanes may take longer. */
  #lasting(bytes: Uint8Array): Uint8Array {
    const { shm } = this.#options
    if (!shm?.lends(bytes) || this.#routes.only('shm')) return bytes
    const copy = Buffer.from(bytes)
    shm.reclaim()
    return copy
  }

  /** A source that can writes its items straight into the ring, as long as nobody needs them elsewhere. */
  #lend(items: Items): () => void {
    const { shm } = this.#options
    const memory = memoryOf(items)
    if (!shm || !memory) return () => undefined
    memory.lend = (bytes) => (this.#routes.only('shm') ? shm.lend(bytes) : undefined)
    return () => void (memory.lend = undefined)
  }

  #start(): void {
    this.#started = performance.now()
    this.#options.options.onProgress?.(this.#summary())
  }

  #position(): Position {
    // Values of an open batch have not gone out yet: who attaches now gets them.
    const next = this.#packer.empty ? this.#items : this.#packer.first
    return { items: this.#items, next, stored: (lane) => this.#routes.stored(lane) }
  }

  /** A lossless stream is over when nobody is left; a live one waits for its receivers to come back. */
  #abandoned(): void {
    if (this.#options.options.delivery === 'live' || this.#end) return
    this.#fail(new DaffiError('DAFFI_NO_RECEIVER', 'all receivers are gone'))
  }

  #repeat(): void {
    this.#attendance.repeat()
    this.#routes.repeat()
    if (this.#end) this.#publish('end', this.#end)
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    this.#abort.abort(error)
    this.#attendance.receivers.changed.notify()
  }

  /** Tells everyone the count, and waits for theirs; not for long when the stream was cut off. */
  async #finish(): Promise<void> {
    const { receivers } = this.#attendance
    const cut = this.#abort.signal.aborted
    const error = this.#failure === undefined ? null : toErrorRecord(this.#failure)
    const shares = this.#options.options.share ? { shares: receivers.shares } : {}
    this.#end = { count: this.#items, ...shares, error, cut, closed: false }
    this.#publish('end', this.#end)
    const patience = cut ? AbortSignal.timeout(LAST_WORDS_MS) : this.#abort.signal
    const listener = addAbortListener(patience, () => receivers.changed.notify())
    try {
      while (receivers.pending.length > 0 && !patience.aborted) await receivers.changed.wait()
    } finally {
      listener[Symbol.dispose]()
    }
    // Aborted while it waited: now the receivers must be told, and get their last words.
    if (!cut && patience.aborted) {
      await this.#finish()
      return
    }
    this.#publish('end', { ...this.#end, closed: true })
    await this.#options.connections.control.flush().catch(() => undefined)
  }

  #summary(): StreamSummary {
    return summarize(this.#options, {
      items: this.#items,
      bytes: this.#bytes,
      started: this.#started,
      failure: this.#failure,
      receivers: this.#attendance.receivers.summary(this.#items),
    })
  }

  /** In order with what was said of parts. */
  #publish(what: 'open' | 'end', message: Open | End): void {
    const { id, ports, connections } = this.#options
    this.#words.flush()
    if (connections.control.isClosed()) return
    connections.control.publish(streamSubject(ports.pipeline, id, what), encodeMessage(message))
  }
}
