import { addAbortListener } from 'node:events'
import type { NatsConnection, Subscription } from '@nats-io/transport-node'
import { DaffiError, messageOf, toErrorRecord } from '../core/errors.js'
import { isToken } from '../core/names.js'
import { RecentMap } from '../core/recent-map.js'
import { bounded } from '../core/timeout.js'
import { allowHeapGrowth } from '../core/process/heap-growth.js'
import { ReceiverLifecycle } from './common/read/receiver-lifecycle.js'
import { SourceOrders } from './common/order/source-orders.js'
import type { ProgressPublisher } from './common/read/progress-publisher.js'
import { WriterMessages } from './common/read/writer-messages.js'
import { DurableStreams } from './durable/read/receive-durable.js'
import { removeLeftovers } from './lanes/leftovers.js'
import { openLaneReader } from './lanes/open-lane-reader.js'
import { isEnd, isOpen } from './protocol/message-forms.js'
import { durableSubject } from './protocol/durable-messages.js'
import { streamSubject, type AttachCounts, type End, type Open } from './protocol/messages.js'
import { onMessage } from './protocol/on-message.js'
import type { Deliver, Grouping, IncomingMarks, Joining, StreamPorts } from './protocol/ports.js'
import { receiveTransient, type OpenLaneReader } from './transient/read/receive-transient.js'
import type { StreamReader } from './transient/read/stream-reader.js'

/** Interval at which a receiver reports its progress. */
const PROGRESS_MS = 250
/** Number of streams of which something is kept when this node does not receive them. */
const MAX_PAST = 100

/** Looks up the callback that a stream is for; undefined when it isn't offered here. */
export type Admit = (open: Open, signal: () => AbortSignal) => Admission | undefined

export interface Admission {
  deliver: Deliver
  /** Gives the callback's grouping, if it gets several items at once. */
  grouping?: () => Grouping | undefined
  /** Place of the stream in a join, if the callback gets its items together with those of others. */
  joining?: Joining
  /** Gives the callback memory on loan, for as long as it runs. */
  borrow: boolean
  /** Present where results of the items are streamed on. */
  marks?: IncomingMarks | undefined
  /** Called for each item that has failed for good. */
  onFailed?: () => void
  /**
   * Called before items are acknowledged, or reported as done. Resolves when what was made from them is kept, too; undefined when
   * there is nothing to wait for.
   */
  settle?: () => Promise<void> | undefined
  /** Called once, when the stream is over here. */
  onOver?: ((outcome: StreamOutcome) => void) | undefined
}

/**
 * How a stream was over for its receiver. `ended`: all its items are processed or passed over. `left`: its writer is gone, and may
 * come back. `refused`: it has never begun.
 */
export type StreamOutcome = 'ended' | 'left' | 'refused'

export interface StreamReceiverOptions {
  /** Connection for invitations, which come from the start. */
  nc: NatsConnection
  ports: StreamPorts
  admit: Admit
  /** Id of the only stream to receive. @default all */
  stream?: string
  openLane?: OpenLaneReader
  /** Removes what writers that are gone have left on the server. */
  clean?: (ports: StreamPorts) => Promise<void>
}

interface ActiveReceiver {
  reader: Pick<StreamReader, 'report' | 'stop'> &
    Partial<Pick<StreamReader, 'leave'>> & { readonly counts?: AttachCounts[] }
  open: Open
  progress: ProgressPublisher
  onOver: Admission['onOver']
  close: () => void
}

/** Receives the streams that this node is invited to. */
export class StreamReceiver {
  readonly #options: Required<StreamReceiverOptions>
  readonly #invitations: Subscription
  /** Receivers by stream. One that leaves stays until its callback has returned, so that the next begins after it. */
  readonly #active = new Map<string, Promise<ActiveReceiver | undefined>>()
  /**
   * Counts of receivers that have left a stream which may go on: its writer was gone, and may be back and accept a new one.
   * Then its account needs what the old one has processed.
   */
  readonly #past = new RecentMap<string, readonly AttachCounts[]>(MAX_PAST)
  /** Reason why a stream could not be joined, as it was told. */
  readonly #refusals = new RecentMap<string, string>(MAX_PAST)
  readonly #unwatch: () => void
  #closing: Promise<void> | undefined
  readonly #durable: DurableStreams
  readonly #orders: SourceOrders

  constructor(options: StreamReceiverOptions) {
    this.#options = { stream: '*', openLane: openLaneReader, clean: removeLeftovers, ...options }
    const { nc, ports, stream } = this.#options
    this.#durable = new DurableStreams(ports)
    this.#orders = new SourceOrders(ports.peers)
    const subject = streamSubject(ports.pipeline, stream, 'open')
    this.#invitations = onMessage(nc, subject, isOpen, (open, raw) => {
      if (raw.subject !== streamSubject(ports.pipeline, open.id, 'open') || !isOfPipeline(open, ports))
        throw new DaffiError('DAFFI_BAD_MESSAGE', 'it invites to another stream')
      return this.#onOpen(open)
    })
    this.#unwatch = ports.peers.onLeave(({ incarnation }) => void this.#onWriterGone(incarnation))
  }

  /**
   * Leaves every stream after its present item, a lossless one after those that it was given, and waits until the writers have its
   * final counts. Does so once.
   * @param graceMs longest wait for a callback, in milliseconds; then its signal has aborted
   */
  close(graceMs: number): Promise<void> {
    return (this.#closing ??= this.#close(graceMs))
  }

  async #close(graceMs: number): Promise<void> {
    this.#invitations.unsubscribe()
    this.#unwatch()
    this.#orders.close()
    const all = await Promise.all(this.#active.values())
    await Promise.all(
      all.map(async (receiver) => {
        if (!receiver) return
        const stopping = receiver.reader.leave?.() ?? receiver.reader.stop('left')
        await bounded(stopping, { timeoutMs: graceMs, what: 'leaving a stream' }).catch((error: unknown) => {
          this.#options.ports.log.warn(`"${receiver.open.call}" is given up: ${messageOf(error)}`)
          // Its callback may never return, and is to know that its time is over.
          void receiver.reader.stop('left')
          receiver.reader.report()
        })
        const { open, progress } = receiver
        // For a caller, what a callback yields is over with its last item.
        if (!open.yields) await progress.confirm(() => this.#options.ports.peers.has(open.incarnation))
        receiver.close()
      }),
    )
  }

  async #onOpen(open: Open): Promise<void> {
    const { ports } = this.#options
    if (!open.to.includes(ports.self.incarnation)) return
    let pending = this.#active.get(open.id)
    if (!pending) {
      // This may fail while the server is unavailable, and succeed when the invitation is repeated.
      pending = this.#begin(open).catch((error: unknown) => {
        this.#onJoinFailure(open, messageOf(error))
        return undefined
      })
      this.#active.set(open.id, pending)
    }
    const receiver = await pending
    if (receiver) receiver.reader.report()
    else if (this.#active.get(open.id) === pending) this.#active.delete(open.id)
  }

  /** Told once, and not for each of the invitations, which come once a second. */
  #onJoinFailure({ id, call }: Open, reason: string): void {
    const level = this.#refusals.get(id) === reason ? 'debug' : 'warn'
    this.#refusals.set(id, reason)
    this.#options.ports.log[level](`could not join the stream to "${call}": ${reason}`)
  }

  async #begin(open: Open): Promise<ActiveReceiver | undefined> {
    const { ports, admit, openLane } = this.#options
    const lifecycle = new ReceiverLifecycle()
    const callback = admit(open, () => lifecycle.signal)
    if (!callback) return undefined
    const { joining } = callback
    if (joining)
      addAbortListener(lifecycle.signal, () => {
        if (lifecycle.state === 'finished') joining.end()
        void joining.leave()
      })
    const before = this.#past.get(open.id) ?? []
    const onNoWriter = (): void => {
      // A suspected one may only be without a connection.
      if (!ports.peers.isSuspected(open.incarnation)) void this.#leaveBehind([open.id])
    }
    const joinOrder = this.#orders.of(open)
    const messages = await WriterMessages.open(open, ports)
    const common = { open, messages, lifecycle, onNoWriter, joinOrder, ...callback }
    const receiving = open.durable
      ? this.#durable.receive({ ...common, durable: open.durable })
      : receiveTransient({ ...common, openLane, ports, before })
    const { reader, progress, close } = await receiving.catch((error: unknown) => {
      lifecycle.settle('stopped', toErrorRecord(error))
      callback.onOver?.('refused')
      throw error
    })
    const unlisten = this.#onEnd(open, messages, (end) => {
      if (end.closed) progress.onClosed()
      reader.onEnd(end)
    })
    const reporting = setInterval(() => reader.report(), PROGRESS_MS)
    const restoreHeap = allowHeapGrowth()
    return {
      reader,
      open,
      progress,
      onOver: callback.onOver,
      close: () => {
        clearInterval(reporting)
        unlisten()
        close()
        restoreHeap()
      },
    }
  }

  #onEnd(open: Open, messages: WriterMessages, onEnd: (end: End) => void): () => void {
    const { log } = this.#options.ports
    return messages.on('end', isEnd, (end) => {
      onEnd(end)
      if (end.error && !end.closed && !open.yields)
        log.warn(`the stream to "${open.call}" from ${open.from} ended early: ${end.error.message}`)
      return end.closed ? this.#leave(open.id, 'stopped') : undefined
    })
  }

  /** @param state `stopped` when the stream is over, `left` when its writer is gone and may come back */
  async #leave(id: string, state: 'stopped' | 'left'): Promise<void> {
    const pending = this.#active.get(id)
    const receiver = await pending
    if (!receiver || this.#active.get(id) !== pending) return
    await receiver.reader.stop(state)
    if (this.#active.get(id) !== pending) return
    this.#active.delete(id)
    receiver.close()
    const { counts } = receiver.reader
    if (state === 'left') this.#past.set(id, counts ?? [])
    else this.#past.delete(id)
    // One that was never accepted has no attach to count.
    const hasBegun = counts?.length !== 0
    receiver.onOver?.(state === 'stopped' ? 'ended' : hasBegun ? 'left' : 'refused')
  }

  /** Leaves the streams of a writer that is gone. */
  async #onWriterGone(incarnation: string): Promise<void> {
    const all = await Promise.all(
      [...this.#active].map(async ([id, pending]) => ({ id, ...(await pending) })),
    )
    const left = all.filter(({ open }) => open?.incarnation === incarnation)
    for (const { open } of left)
      this.#options.ports.log.warn(`the stream to "${open?.call}" ended: its writer ${open?.from} is gone`)
    if (left.length > 0) await this.#leaveBehind(left.map(({ id }) => id))
  }

  /** Leaves streams whose writer is gone, and removes what it has left on the server. */
  async #leaveBehind(ids: readonly string[]): Promise<void> {
    const { ports, clean } = this.#options
    for (const id of ids) void this.#leave(id, 'left')
    await clean(ports).catch((error: unknown) => ports.log.debug(`cleaning: ${messageOf(error)}`))
  }
}

/** Whether the store of a durable stream is one of this pipeline: a node asks nothing of others at a message's word. */
function isOfPipeline({ durable }: Open, { pipeline }: StreamPorts): boolean {
  if (!durable) return true
  const prefix = `daffi_${pipeline}_`
  const name = durable.stream.slice(prefix.length)
  return (
    durable.stream.startsWith(prefix) && isToken(name) && durable.subject === durableSubject(pipeline, name)
  )
}
