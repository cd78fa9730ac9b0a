import { Wakeup } from '../../../core/deferred.js'
import { ITEM_MEMORY, type MemoryAware } from '../../../core/stream/item-memory.js'
import type { StreamSummary } from '../../../core/plan/summary.js'
import { Announcer } from '../../common/write/announcer.js'
import { ReceiverChannels } from '../../common/write/receiver-channels.js'
import type { Chunk, ChunkOutput } from '../../common/write/batch.js'
import { Batcher, ONE_BY_ONE } from '../../common/write/batcher.js'
import type { Items } from '../../common/write/feed.js'
import { WriterSession, type SessionOutput } from '../../common/write/writer-session.js'
import { WriterState } from '../../common/write/writer-state.js'
import type { ShmLaneWriter } from '../../lanes/shm/shm-writer.js'
import { StreamMonitor } from '../../observe/stream-monitor.js'
import type { End } from '../../protocol/messages.js'
import type { Peer, StreamContext } from '../../protocol/ports.js'
import { AssignedMarks } from './assigned-marks.js'
import { chooseByKey } from './choose-by-key.js'
import { chooseByLoad, Dispatcher } from './dispatcher.js'
import { LaneSet, type OpenLane } from './lane-set.js'
import { ReceiverMembership } from './receiver-membership.js'
import { ReceiverTable } from './receiver-table.js'

interface StreamWriterOptions {
  context: StreamContext
  /** Undefined when the stream has no shared memory. */
  shm: ShmLaneWriter | undefined
  openLane: OpenLane
}

/**
 * Writer of a live or lossless stream: its chunks are sent over lanes, which keep them until receivers have loaded
 * them.
 */
export class StreamWriter implements SessionOutput {
  readonly receivers: ReceiverTable
  readonly resumed = { next: 0, ended: false }
  readonly #state: WriterState
  readonly #share: boolean
  /** Whether the items are results of a callback. */
  readonly #isOfStage: boolean
  readonly #shm: ShmLaneWriter | undefined
  readonly #monitor: StreamMonitor
  readonly #lanes: LaneSet
  /** All lanes, or the dispatcher of a shared stream. */
  readonly #chunks: ChunkOutput
  readonly #sessions: ReceiverMembership
  readonly #session: WriterSession
  /** Marks of a shared stream. */
  readonly #marks: AssignedMarks

  constructor({ context, shm, openLane }: StreamWriterOptions) {
    const { delivery, share, by, batch } = context.options
    const live = delivery === 'live'
    const receivers = new ReceiverTable({ share, live })
    const state = new WriterState(context, receivers)
    const channels = new ReceiverChannels()
    const announcer = new Announcer(context, channels)
    const monitor = new StreamMonitor(context, state, shm)
    const idle = new Wakeup()
    const lanes = new LaneSet({ openLane, state, receivers, announcer, monitor, idle, live })
    const { signal } = state
    const batcher = new Batcher({ batch: share ? ONE_BY_ONE : batch, output: this, idle, signal })
    this.#marks = new AssignedMarks({ receivers, announcer, source: context.options.source })
    this.receivers = receivers
    this.#state = state
    this.#share = share
    this.#isOfStage = context.options.resultsOf !== undefined
    this.#shm = shm
    this.#monitor = monitor
    this.#lanes = lanes
    const marks = this.#marks
    const choose = by === undefined ? chooseByLoad(live) : chooseByKey(live)
    this.#chunks = share ? new Dispatcher({ receivers, lanes, choose, marks, live, signal }) : lanes
    this.#sessions = new ReceiverMembership({
      context,
      state,
      receivers,
      lanes,
      announcer,
      channels,
      batcher,
      shm,
      marks,
    })
    this.#session = new WriterSession({ context, state, announcer, batcher, output: this })
  }

  /** Resolves when every receiver has had everything. @throws StreamError */
  async run(items: Items & MemoryAware, invited: readonly Peer[]): Promise<StreamSummary> {
    const endLoans = this.#loanTo(items)
    try {
      return await this.#session.run(items, invited)
    } finally {
      endLoans()
      await this.#shm?.close()
    }
  }

  gather(invited: readonly Peer[]): Promise<void> {
    return this.#sessions.gather(invited)
  }

  repeat(): void {
    this.#sessions.check()
    this.#lanes.repeat()
  }

  get busy(): boolean {
    return this.#lanes.busy
  }

  send(chunk: Chunk): Promise<void> {
    return this.#chunks.send(chunk)
  }

  /**
   * Bytes in memory on loan are copied where another lane than the ring may still read them later: those in a slot of the ring, and
   * results of a callback, which may have them on loan from another stream.
   */
  own(bytes: Uint8Array): Uint8Array {
    if (this.#lanes.isOnly('shm')) return bytes
    const isLoaned = this.#shm?.isLoaned(bytes) ?? false
    if (!isLoaned && !this.#isOfStage) return bytes
    const copy = Buffer.from(bytes)
    if (isLoaned) this.#shm?.reclaim()
    return copy
  }

  flush(): Promise<void> {
    return this.#lanes.flush()
  }

  endFields(): Pick<End, 'shares'> {
    return this.#share ? { shares: this.receivers.shares } : {}
  }

  isPending(): boolean {
    return this.receivers.attached > 0
  }

  /** Receivers report everything themselves. */
  refresh(): Promise<void> {
    return Promise.resolve()
  }

  settle(): Promise<void> {
    this.receivers.giveUp(this.#state.items)
    return Promise.resolve()
  }

  async close(): Promise<void> {
    this.#marks.close()
    this.#sessions.close()
    this.#monitor.close()
    await this.#lanes.close()
  }

  /** Loans slots of the ring to a source that can use them, as long as no other lane needs the items. */
  #loanTo(items: MemoryAware): () => void {
    const shm = this.#shm
    const memory = items[ITEM_MEMORY]
    if (!shm || !memory) return () => undefined
    memory.loan = (bytes) => (this.#lanes.isOnly('shm') ? shm.loan(bytes) : undefined)
    return () => void (memory.loan = undefined)
  }
}
