import { addAbortListener } from 'node:events'
import type { JetStreamManager } from '@nats-io/jetstream'
import { Wakeup } from '../../../core/deferred.js'
import type { StreamSummary } from '../../../core/plan/summary.js'
import { Announcer } from '../../common/write/announcer.js'
import type { Chunk } from '../../common/write/batch.js'
import { Batcher, ONE_BY_ONE } from '../../common/write/batcher.js'
import type { Items } from '../../common/write/feed.js'
import { invitation, isReceiver } from '../../common/write/invitation.js'
import { WriterSession, type SessionOutput } from '../../common/write/writer-session.js'
import { WriterState } from '../../common/write/writer-state.js'
import { StreamMonitor } from '../../observe/stream-monitor.js'
import type { DurableOpen } from '../../protocol/durable-messages.js'
import { isDurableProgress } from '../../protocol/message-forms.js'
import { streamSubject, type End } from '../../protocol/messages.js'
import { onMessage } from '../../protocol/on-message.js'
import type { Peer, StreamContext } from '../../protocol/ports.js'
import type { KeptRecords } from './backlog.js'
import { ChunkStore } from './chunk-store.js'
import type { DurableReceivers } from './durable-receivers.js'
import type { StreamEpoch } from './epoch.js'
import type { StoreTrouble } from '../store/store-trouble.js'
import { Publisher } from './publisher.js'

/** Longest wait of the first item for the present receivers. */
const ATTACH_MS = 2000

interface DurableWriterOptions {
  context: StreamContext
  jsm: JetStreamManager
  epoch: StreamEpoch
  durable: DurableOpen
  receivers: DurableReceivers
  /** Records that the stream keeps from before. */
  kept: KeptRecords
  trouble: StoreTrouble
}

/** Writer of a durable stream: items are stored once, and waited for until every receiver is done. */
export class DurableWriter implements SessionOutput {
  readonly receivers: DurableReceivers
  readonly resumed: StreamEpoch
  readonly #context: StreamContext
  readonly #durable: DurableOpen
  readonly #state: WriterState
  readonly #announcer: Announcer
  readonly #monitor: StreamMonitor
  readonly #publisher: Publisher
  readonly #chunks: ChunkStore
  readonly #session: WriterSession
  readonly #cleanup: (() => void)[]
  #done = false

  constructor({ context, jsm, epoch, durable, receivers, kept, trouble }: DurableWriterOptions) {
    const { share, batch, retention } = context.options
    const link = context.connections.bulk
    const state = new WriterState(context, receivers)
    const announcer = new Announcer(context)
    const monitor = new StreamMonitor(context, state, undefined)
    const idle = new Wakeup()
    const { writer, last } = epoch
    const { stream } = durable
    this.receivers = receivers
    this.resumed = epoch
    this.#context = context
    this.#durable = durable
    this.#state = state
    this.#announcer = announcer
    this.#monitor = monitor
    this.#publisher = new Publisher({
      link,
      jsm,
      names: durable,
      trouble,
      writer,
      last,
      idle,
      state,
      inOrder: !share,
    })
    this.#chunks = new ChunkStore({
      nc: link.nc,
      jsm,
      publisher: this.#publisher,
      epoch,
      receivers,
      monitor,
      state,
      stream,
      limit: retention.bytes,
      kept,
    })
    const batcher = new Batcher({
      batch: share ? ONE_BY_ONE : batch,
      output: this,
      idle,
      signal: state.signal,
    })
    this.#session = new WriterSession({ context, state, announcer, batcher, output: this })
    this.#cleanup = this.#subscribe()
  }

  /** Resolves when every receiver has had everything; with `done` the epoch is finished. @throws StreamError */
  async run(items: Items, invited: readonly Peer[]): Promise<{ summary: StreamSummary; done: boolean }> {
    const summary = await this.#session.run(items, invited)
    return { summary, done: this.#done }
  }

  /**
   * Waits until receivers have their consumers: one that is created after a few MiB were stored is served from disk, and
   * never catches up.
   */
  async gather(invited: readonly Peer[]): Promise<void> {
    for (const peer of invited) this.receivers.invite(peer)
    this.#invite()
    const deadline = AbortSignal.any([AbortSignal.timeout(ATTACH_MS), this.#state.signal])
    const listener = addAbortListener(deadline, () => this.receivers.changed.notify())
    try {
      while (this.receivers.arriving && !deadline.aborted) await this.receivers.changed.wait()
    } finally {
      listener[Symbol.dispose]()
    }
  }

  repeat(): void {
    void this.#attend()
  }

  /** Compares what is with what should be. A writer that was superseded invites nobody, who would leave its successor. */
  async #attend(): Promise<void> {
    if (!(await this.#publisher.verify())) return
    this.#invite()
    await this.receivers.reclaim().catch((error: unknown) => this.#state.fail(error))
  }

  /** Invites who offers the callback and does not report. */
  #invite(): void {
    const { options, ports } = this.#context
    const offering = ports.peers
      .offering(options.call)
      .filter(({ name }) => options.to === undefined || options.to === name)
    const to = this.receivers.review(offering, (incarnation) => ports.peers.isSuspected(incarnation))
    const durable = this.#durable
    if (to.length > 0) this.#announcer.publish('open', invitation(this.#context, { shm: null, to, durable }))
  }

  get busy(): boolean {
    return this.#publisher.busy
  }

  send(chunk: Chunk): Promise<void> {
    return this.#chunks.send(chunk)
  }

  /** A copy: the source may use its memory again, and a record that is not acknowledged may have to be sent again. */
  own(bytes: Uint8Array): Uint8Array {
    return Buffer.from(bytes)
  }

  async stored(): Promise<void> {
    await this.#chunks.flush()
    await this.#publisher.drained()
  }

  async flush(): Promise<void> {
    const { signal, failure, interrupted, items } = this.#state
    await this.#chunks.flush()
    if (signal.aborted) return
    if (failure === undefined && !interrupted) this.#chunks.publish({ what: 'end', count: items })
    await this.#publisher.drained()
  }

  endFields(): Pick<End, 'drained'> {
    return this.#context.options.share && this.receivers.isDrained(this.#publisher.last)
      ? { drained: true }
      : {}
  }

  /** Receivers of an unfinished epoch that are away get the rest in the next session. */
  isPending(cut: boolean): boolean {
    return cut || this.#state.interrupted
      ? this.receivers.present
      : this.receivers.isPending(this.#publisher.last)
  }

  async refresh(): Promise<void> {
    await this.receivers.refresh().catch((error: unknown) => this.#state.fail(error))
  }

  /** Finishes the epoch when all is done. */
  async settle(): Promise<void> {
    this.receivers.giveUp()
    const { failure, interrupted, items } = this.#state
    if (failure !== undefined || interrupted || !this.receivers.isDrained(this.#publisher.last)) return
    this.#done = true
    this.#chunks.publish({ what: 'done', count: items })
    await this.#publisher.drained()
  }

  close(): Promise<void> {
    for (const undo of this.#cleanup) undo()
    this.#publisher.close()
    this.#monitor.close()
    return Promise.resolve()
  }

  #subscribe(): (() => void)[] {
    const { id, ports, connections, options } = this.#context
    const { receivers } = this
    const subject = streamSubject(ports.pipeline, id, 'progress')
    const progress = onMessage(connections.control, subject, isDurableProgress, (report, raw) => {
      receivers.onProgress(report)
      if (report.state !== 'attached') raw.respond()
    })
    return [
      () => progress.unsubscribe(),
      ports.peers.onLeave((peer, { how }) => receivers.depart(peer, how)),
      ports.peers.onJoin((peer) => {
        if (isReceiver(options, peer)) this.repeat()
      }),
    ]
  }
}
