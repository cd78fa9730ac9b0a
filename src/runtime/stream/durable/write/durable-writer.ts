import { addAbortListener } from 'node:events'
import { encodeItem } from '../../../codec/index.js'
import { abortError } from '../../../core/abort.js'
import { toErrorRecord } from '../../../core/errors.js'
import type { StreamSummary } from '../../../core/summary.js'
import { feed, type Items } from '../../common/write/feed.js'
import { invitation } from '../../common/write/invitation.js'
import { now } from '../../common/latency.js'
import { decodeMessage, encodeMessage, streamSubject, type End, type Open } from '../../protocol/messages.js'
import { Observed } from '../../observe/stream-monitor.js'
import { ONE_BY_ONE, Packer } from '../../common/write/batcher.js'
import type { Peer, StreamConnections, StreamOptions, StreamPorts } from '../../protocol/ports.js'
import { verdict } from '../../common/stream-error.js'
import { summarize } from '../../common/write/summarize.js'
import type { Kept } from './backlog.js'
import { ChunkStore } from './chunk-store.js'
import type { Ledger } from './receiver-progress.js'
import type { DurableOpen, DurableProgress } from '../../protocol/durable-messages.js'
import { Publisher } from './publisher.js'
import type { DurableRun } from './epoch.js'
import type { Stored } from '../store/item-store.js'

const REPEAT_MS = 1000
const PROGRESS_MS = 250
/** How long the first item waits for those who are there. */
const ATTACH_MS = 2000
/** How long receivers may take to give their counts when a stream is cut off. */
const LAST_WORDS_MS = 2000

interface DurableWriterOptions {
  /** Id of this session, under which it and its receivers talk. */
  id: string
  run: DurableRun
  durable: DurableOpen
  options: StreamOptions
  ports: StreamPorts
  connections: StreamConnections
  ledger: Ledger
  /** What the stream keeps from before. */
  kept: Kept
  /** Discards what was stored before that sequence. */
  prune: (sequence: number) => void
  lastStored: () => Promise<Stored | undefined>
}

/** One session of a durable stream at its source: items are stored once, and waited for until every receiver is done. */
export class DurableWriter {
  readonly #options: DurableWriterOptions
  readonly #publisher: Publisher
  readonly #chunks: ChunkStore
  readonly #packer: Packer
  readonly #observed: Observed
  readonly #abort = new AbortController()
  /** The source was stopped before its end. */
  #unfinished = false
  #items = 0
  #bytes = 0
  #started: number | undefined
  #end: End | undefined
  #failure: unknown

  constructor(options: DurableWriterOptions) {
    this.#options = options
    this.#observed = new Observed({ ...options, shm: undefined, summary: () => this.#summary() })
    const { run, durable, connections, ledger, lastStored, kept, prune } = options
    const { nc } = connections.bulk
    this.#packer = new Packer({
      batch: options.options.share ? ONE_BY_ONE : options.options.batch,
      busy: () => this.#publisher.busy,
      send: (chunk) => this.#chunks.send(chunk),
      signal: this.#abort.signal,
    })
    this.#publisher = new Publisher({
      nc,
      subject: durable.subject,
      writer: run.writer,
      last: run.last,
      lastStored,
      signal: this.#abort.signal,
      idle: this.#packer.due,
      onFailure: (error) => this.#fail(error),
    })
    this.#chunks = new ChunkStore({
      publisher: this.#publisher,
      run,
      ledger,
      stream: durable.stream,
      limit: options.options.retention.bytes,
      kept,
      prune,
      maxPayload: nc.info?.max_payload,
      onPart: (part) => this.#observed.hear(part),
      signal: this.#abort.signal,
      onFailure: (error) => this.#fail(error),
    })
  }

  /** Resolves when every receiver has had everything; with `done` the run is over for good. @throws StreamError */
  async run(items: Items, invited: readonly Peer[]): Promise<{ summary: StreamSummary; done: boolean }> {
    const { signal, call, share, onProgress } = this.#options.options
    const cut = (): void => {
      if (signal) this.#fail(abortError(signal, `the stream to "${call}"`))
    }
    if (signal?.aborted) cut()
    const cleanup = this.#listen()
    const listener = signal && addAbortListener(signal, cut)
    const repeating = setInterval(() => this.#repeat(), REPEAT_MS)
    const reporting = onProgress && setInterval(() => onProgress(this.#summary()), PROGRESS_MS)
    try {
      for (const peer of invited) this.#options.ledger.invite(peer)
      this.#repeat()
      await this.#gather()
      await this.#store(items)
      const done = await this.#finish()
      const summary = this.#summary()
      onProgress?.(summary)
      return { summary: verdict(summary, this.#failure, share), done }
    } finally {
      clearInterval(repeating)
      clearInterval(reporting)
      listener?.[Symbol.dispose]()
      for (const undo of cleanup) undo()
      this.#packer.close()
      this.#publisher.close()
      this.#observed.close()
    }
  }

  #listen(): (() => void)[] {
    const { id, ports, connections, ledger, options } = this.#options
    const progress = connections.control.subscribe(streamSubject(ports.pipeline, id, 'progress'), {
      callback: (error, message) => {
        if (error === null) ledger.report(decodeMessage(message.data) as DurableProgress)
      },
    })
    return [
      () => progress.unsubscribe(),
      ports.peers.onLeave((peer, how) => ledger.depart(peer, how)),
      ports.peers.onJoin((peer) => {
        const { call, to } = options
        if (!Object.hasOwn(peer.callbacks, call) || (to !== undefined && to !== peer.name)) return
        ledger.invite(peer)
        this.#repeat()
      }),
    ]
  }

  /** Says again what may have been lost on the way to a receiver. */
  #repeat(): void {
    const { id, options, ports, ledger, durable } = this.#options
    const to = ledger.absent()
    if (to.length > 0) this.#tell('open', invitation({ id, options, ports, shm: null, to, durable }))
    if (this.#end) this.#tell('end', this.#end)
  }

  /**
   * Who has a place before the first item is stored gets all of them from the server's memory. Who begins a few MiB behind
   * stays behind, and the server reads its files again for it.
   */
  async #gather(): Promise<void> {
    const { ledger } = this.#options
    const patience = AbortSignal.any([AbortSignal.timeout(ATTACH_MS), this.#abort.signal])
    const listener = addAbortListener(patience, () => ledger.changed.notify())
    try {
      while (ledger.absent().length > 0 && !patience.aborted) await ledger.changed.wait()
    } finally {
      listener[Symbol.dispose]()
    }
  }

  async #store(items: Items): Promise<void> {
    const { run } = this.#options
    if (run.ended) {
      this.#items = run.next
      this.#started = performance.now()
      return
    }
    try {
      await feed(items, { signal: this.#abort.signal, take: (item) => this.#take(item) })
    } catch (error) {
      this.#failure ??= error
    }
    this.#unfinished = this.#options.options.stopping?.aborted ?? false
    await this.#packer.flush()
    await this.#chunks.flush()
    if (this.#abort.signal.aborted) return
    if (this.#failure === undefined && !this.#unfinished)
      this.#chunks.publish({ what: 'end', count: this.#items })
    await this.#publisher.drained()
  }

  #take(item: unknown): Promise<void> | undefined {
    const number = this.#items++
    if (this.#started === undefined) this.#start()
    // Stored by an earlier session.
    if (number < this.#options.run.next) return undefined
    const encoded = encodeItem(item, number)
    const { kind = null, bytes } = encoded
    const time = kind?.[0] === 'frame' ? kind[5] : now()
    this.#bytes += bytes.length
    if (this.#packer.takes(encoded)) return this.#packer.add(number, encoded, time)
    void this.#packer.flush()
    // A copy, for the source may use its memory again, and what is not acknowledged may have to be sent again.
    return this.#chunks.send({ first: number, count: 1, kind, bytes: Buffer.from(bytes), time })
  }

  #start(): void {
    this.#started = performance.now()
    this.#options.options.onProgress?.(this.#summary())
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    this.#abort.abort(error)
    this.#publisher.stored.notify()
    this.#options.ledger.changed.notify()
  }

  /** Tells everyone the count, and waits until all are through; not for long when the stream was cut off. */
  async #finish(): Promise<boolean> {
    const { ledger, connections, options } = this.#options
    const { share } = options
    const { last } = this.#publisher
    const cut = this.#abort.signal.aborted
    const error = this.#failure === undefined ? null : toErrorRecord(this.#failure)
    this.#end = { count: this.#items, error, cut, closed: false }
    this.#tell('end', this.#end)
    const patience = cut ? AbortSignal.timeout(LAST_WORDS_MS) : this.#abort.signal
    const listener = addAbortListener(patience, () => ledger.changed.notify())
    try {
      // Of an unfinished run those who are away get the rest next time.
      const waiting = (): boolean => (cut || this.#unfinished ? ledger.present : ledger.pending(last))
      while (waiting() && !patience.aborted) {
        await ledger.changed.wait()
        await ledger.look().catch((lost: unknown) => this.#fail(lost))
        if (share && !this.#end.drained && ledger.through(last)) {
          this.#end = { ...this.#end, drained: true }
          this.#tell('end', this.#end)
        }
      }
    } finally {
      listener[Symbol.dispose]()
    }
    // Aborted while it waited: now the receivers must be told, and get their last words.
    if (!cut && patience.aborted) {
      return await this.#finish()
    }
    const done = this.#failure === undefined && !this.#unfinished && ledger.through(last)
    if (done) {
      this.#chunks.publish({ what: 'done', count: this.#items })
      await this.#publisher.drained()
    }
    this.#tell('end', { ...this.#end, closed: true })
    await connections.control.flush().catch(() => undefined)
    return done
  }

  #summary(): StreamSummary {
    return summarize(this.#options, {
      items: this.#items,
      bytes: this.#bytes,
      started: this.#started,
      failure: this.#failure,
      receivers: this.#options.ledger.summary(this.#items),
    })
  }

  #tell(what: 'open' | 'end', message: Open | End): void {
    const { id, ports, connections } = this.#options
    if (connections.control.isClosed()) return
    connections.control.publish(streamSubject(ports.pipeline, id, what), encodeMessage(message))
  }
}
