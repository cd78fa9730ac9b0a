import type { Wakeup } from '../../../core/deferred.js'
import type { Lane } from '../../../core/summary.js'
import type { Chunk } from '../../common/write/batch.js'
import type { Demand, LaneRef, LaneWriter } from '../../lanes/lane.js'
import { partCost, type Part } from '../../protocol/messages.js'

/** How far the lane may be behind a live stream, as cost. */
const BEHIND = 16 * 1024 * 1024

export interface OutletOptions {
  name: Lane
  lane: LaneWriter
  /** @param most words that may wait for each other */
  announce: (part: Part, most: number) => void
  /** Live: of what the lane cannot take at once, the newest chunk waits. Lossless: all wait for the slowest receiver. */
  live: boolean
  /** What receivers have not loaded, on the scale of `stored`. */
  demand: Demand
  /** A part for one receiver alone goes out, of a lossless stream. */
  sent: (attach: number, end: number, cost: number) => void
  /** Notified when the demand may have changed. */
  credit: Wakeup
  /** Notified when nothing is under way. */
  idle: Wakeup
  signal: AbortSignal
  onFailure: (error: unknown) => void
}

/** Chunks into parts, parts into the lane, and word of them to the receivers, in order and within the window. */
export class Outlet {
  readonly #options: OutletOptions
  #sending: Promise<void> = Promise.resolve()
  #announcing: Promise<void> = Promise.resolve()
  /** Chunks handed over and not yet made known. */
  #underway = 0
  #stored = 0
  #known = 0
  /** Live: the chunk that waits until the lane has caught up. */
  #newest: Chunk | undefined
  /** Parts that a receiver may have missed word of. */
  #outstanding: { part: Part; end: number }[] = []

  constructor(options: OutletOptions) {
    this.#options = options
  }

  /** Cost of all that was handed to the lane. */
  get stored(): number {
    return this.#stored
  }

  get busy(): boolean {
    return this.#underway > 0
  }

  /** Resolves when the next chunk may come. */
  send(chunk: Chunk): Promise<void> {
    this.#underway++
    this.#sending = this.#sending.then(() => this.#send(chunk)).catch(this.#options.onFailure)
    return this.#sending
  }

  /** Resolves when word of everything is out. */
  async flush(): Promise<void> {
    do {
      await this.#sending
      await this.#announcing
    } while (this.#newest)
  }

  /** Says again what receivers have not loaded: word may be lost when a connection breaks. */
  repeat(): void {
    this.#forget()
    for (const { part } of this.#outstanding) this.#options.announce(part, this.#outstanding.length)
  }

  async #send(chunk: Chunk): Promise<void> {
    const { lane, live, name, sent } = this.#options
    const { share } = chunk
    if (live && this.#stored - this.#known > BEHIND) {
      this.#await(chunk)
      return
    }
    const total = chunk.bytes.length
    const most = lane.partBytes(total)
    for (let offset = 0; offset < total || offset === 0; offset += most) {
      const bytes = chunk.bytes.subarray(offset, offset + most)
      const cost = partCost(bytes.length)
      if (!live) await this.#room(cost)
      this.#stored += cost
      const end = this.#stored
      if (share && !live) sent(share.attach, end, cost)
      const ref = lane.store(bytes, end)
      // Its outcome is awaited in turn below; until then a rejection is not an unhandled one.
      ref.catch(() => undefined)
      const { first, count, kind, time } = chunk
      const part = {
        what: 'part',
        lane: name,
        first,
        count,
        ...(share ? { share: { attach: share.attach, item: share.item } } : {}),
        kind,
        bytes: total,
        offset,
        length: bytes.length,
        time,
      } as const
      this.#announcing = this.#announcing.then(() => this.#announce(part, ref, end))
      if (lane.reading) await lane.reading
    }
    this.#announcing = this.#announcing.then(() => this.#done()).catch(this.#options.onFailure)
  }

  #await(chunk: Chunk): void {
    if (this.#newest) this.#underway--
    // A copy, for the source may use the memory of what it yielded again.
    this.#newest = { ...chunk, bytes: Buffer.from(chunk.bytes) }
  }

  async #announce(part: Omit<Part, 'ref'>, stored: Promise<LaneRef | undefined>, end: number): Promise<void> {
    const ref = await stored
    this.#known = end
    if (ref === undefined) return
    const known: Part = { ...part, ref }
    if (!this.#options.live) this.#outstanding.push({ part: known, end })
    if (this.#outstanding.length > 64) this.#forget()
    this.#options.announce(known, this.#options.lane.mostUnsaid)
  }

  #forget(): void {
    const { demand } = this.#options
    this.#outstanding = this.#outstanding.filter(({ end }) => demand.needs(end))
  }

  #done(): void {
    this.#underway--
    const newest = this.#newest
    if (newest && this.#stored - this.#known <= BEHIND / 2) {
      this.#newest = undefined
      this.#sending = this.#sending.then(() => this.#send(newest)).catch(this.#options.onFailure)
    }
    if (this.#underway === 0) this.#options.idle.notify()
  }

  async #room(cost: number): Promise<void> {
    const { lane, demand, credit, signal } = this.#options
    while (!lane.hasRoom(cost, this.#stored, demand)) {
      if (signal.aborted) throw signal.reason
      await credit.wait()
    }
  }
}
