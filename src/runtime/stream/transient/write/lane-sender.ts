import { MIB } from '../../../core/bytes.js'
import type { Wakeup } from '../../../core/deferred.js'
import type { Lane } from '../../../core/plan/summary.js'
import type { Announcer } from '../../common/write/announcer.js'
import type { Chunk } from '../../common/write/batch.js'
import type { WriterState } from '../../common/write/writer-state.js'
import type { Demand, LaneWriter } from '../../lanes/lane.js'
import type { StreamMonitor } from '../../observe/stream-monitor.js'
import { partWeight, type Part } from '../../protocol/messages.js'
import type { LaneRef } from '../../protocol/refs.js'
import { FlowControl } from './flow-control.js'
import type { ReceiverTable } from './receiver-table.js'

/** Weight by which receivers of a lane may be behind a live stream. */
const MAX_BEHIND = 16 * MIB
/** Number of announced parts above which loaded ones are removed from the list. */
const MAX_UNCHECKED = 64

export interface LaneSenderOptions {
  name: Lane
  lane: LaneWriter
  live: boolean
  state: Pick<WriterState, 'fail' | 'signal'>
  receivers: ReceiverTable
  announcer: Pick<Announcer, 'announce'>
  monitor: Pick<StreamMonitor, 'onPart'>
  /** Notified when nothing is on its way any more. */
  idle: Wakeup
}

/**
 * Sends chunks over one lane: cuts them into parts, stores those within the window, and announces them, in order. Live:
 * while the lane is behind only the newest chunk is kept, older ones are dropped. Lossless: `send` blocks until the
 * slowest receiver has caught up.
 */
export class LaneSender {
  readonly #options: LaneSenderOptions
  readonly #demand: Demand
  readonly #flow: FlowControl
  readonly #onFailure: (error: unknown) => void
  #sending: Promise<void> = Promise.resolve()
  #announcing: Promise<void> = Promise.resolve()
  /** Chunks that are not announced yet. */
  #inFlight = 0
  #stored = 0
  #announced = 0
  /** Live: the chunk that waits until the lane has caught up. */
  #newest: Chunk | undefined
  /** Chunks of which nothing is stored yet, in order. */
  #waiting: Chunk[] = []
  /** Chunk of which some parts are stored, and the weight of the others. */
  #current: { chunk: Chunk; rest: number } | undefined
  /** Announced parts that a receiver may have missed. */
  #unacked: { part: Part; end: number }[] = []

  constructor(options: LaneSenderOptions) {
    this.#options = options
    const { lane, name, receivers, state } = options
    this.#demand = receivers.demand(name)
    this.#flow = new FlowControl({ lane, demand: this.#demand, receivers, signal: state.signal })
    this.#onFailure = (error) => state.fail(error)
  }

  /**
   * Point from which a receiver that attaches now gets everything: the next chunk's first item, undefined when no chunk
   * waits; and the weight that the lane will have stored before it.
   */
  get position(): { next: number | undefined; stored: number } {
    const { chunk, rest } = this.#current ?? { rest: 0 }
    const next = chunk ? chunk.first + chunk.count : this.#waiting[0]?.first
    return { next, stored: this.#stored + rest }
  }

  get busy(): boolean {
    return this.#inFlight > 0
  }

  /** Resolves when the next chunk may come. */
  send(chunk: Chunk): Promise<void> {
    this.#inFlight++
    this.#enqueue(chunk)
    return this.#sending
  }

  /** Resolves when everything is announced. */
  async flush(): Promise<void> {
    do {
      await this.#sending
      await this.#announcing
    } while (this.#newest)
  }

  /** Announces again what receivers have not loaded: an announcement is lost when a connection breaks. */
  repeat(): void {
    this.#forgetLoaded()
    for (const { part } of this.#unacked) this.#announce(part, this.#unacked.length)
  }

  #enqueue(chunk: Chunk): void {
    this.#waiting.push(chunk)
    this.#sending = this.#sending.then(() => this.#send(chunk)).catch(this.#onFailure)
  }

  /** Runs a step after the announcements before it. */
  #inOrder(step: () => void | Promise<void>): void {
    this.#announcing = this.#announcing.then(step).catch(this.#onFailure)
  }

  async #send(chunk: Chunk): Promise<void> {
    const { lane, live, receivers, name } = this.#options
    const { share } = chunk
    if (live && this.#stored - this.#announced > MAX_BEHIND) {
      this.#waiting.shift()
      this.#postpone(chunk)
      return
    }
    const total = chunk.bytes.length
    const forwarded = lane.forward?.(chunk.bytes, this.#stored + partWeight(total), this.#demand)
    const limit = forwarded ? total : lane.partBytes(total)
    for (let offset = 0; offset < total || offset === 0; offset += limit) {
      const bytes = chunk.bytes.subarray(offset, offset + limit)
      const weight = partWeight(bytes.length)
      if (!live) await this.#flow.room(forwarded ? 0 : weight, this.#stored)
      this.#onRoom(chunk, offset, limit)
      this.#stored += weight
      const end = this.#stored
      if (share && !live) receivers.onSent(share.attach, end, weight)
      const ref = forwarded ? Promise.resolve(forwarded) : lane.store(bytes, end)
      // Awaited in turn below; until then a rejection is not an unhandled one.
      ref.catch(() => undefined)
      const { first, count, kind, time, origin, key } = chunk
      const part = {
        what: 'part',
        lane: name,
        accepts: receivers.latestAttach,
        first,
        count,
        ...(share ? { share: { attach: share.attach, item: share.item } } : {}),
        ...(key ? { key } : {}),
        kind,
        bytes: total,
        offset,
        length: bytes.length,
        time,
        ...(origin ? { origin } : {}),
      } as const
      this.#inOrder(() => this.#announceStored(part, ref, end))
      if (lane.reading) await lane.reading
    }
    this.#inOrder(() => this.#onAnnounced())
  }

  /** Notes that the part at this offset is stored next. */
  #onRoom(chunk: Chunk, offset: number, limit: number): void {
    if (offset === 0) this.#waiting.shift()
    const left = chunk.bytes.length - offset - limit
    this.#current = left > 0 ? { chunk, rest: left + Math.ceil(left / limit) * partWeight(0) } : undefined
  }

  #postpone(chunk: Chunk): void {
    if (this.#newest) this.#inFlight--
    // A copy, since the source may use the memory of the item again.
    this.#newest = { ...chunk, bytes: Buffer.from(chunk.bytes) }
  }

  async #announceStored(
    part: Omit<Part, 'ref'>,
    stored: Promise<LaneRef | undefined>,
    end: number,
  ): Promise<void> {
    const ref = await stored
    this.#announced = end
    if (ref === undefined) return
    const announcement: Part = { ...part, ref }
    if (!this.#options.live) this.#unacked.push({ part: announcement, end })
    if (this.#unacked.length > MAX_UNCHECKED) this.#forgetLoaded()
    this.#announce(announcement, this.#options.lane.maxUnannounced)
  }

  #announce(part: Part, limit: number): void {
    const { announcer, lane, monitor } = this.#options
    const isThere = announcer.announce(part, limit)
    lane.onAnnounced?.(isThere)
    monitor.onPart(part)
  }

  #forgetLoaded(): void {
    this.#unacked = this.#unacked.filter(({ end }) => this.#demand.needs(end))
  }

  #onAnnounced(): void {
    this.#inFlight--
    const newest = this.#newest
    if (newest && this.#stored - this.#announced <= MAX_BEHIND / 2) {
      this.#newest = undefined
      this.#enqueue(newest)
    }
    if (this.#inFlight === 0) this.#options.idle.notify()
  }
}
