import { Wakeup } from '../../../core/deferred.js'
import { RecentMap } from '../../../core/recent-map.js'
import { weightOf } from '../../../codec/index.js'
import type { OrderedOpen } from '../../protocol/messages.js'
import type { Peer } from '../../protocol/ports.js'
import { TimeSlice } from '../time-slice.js'
import { EarlyResults, type EarlyResult } from './early-results.js'
import { OrderMember, type OfferedResult, type OrderWriter } from './order-member.js'

/** Longest time that synchronous callbacks may hold the event loop, in milliseconds. */
const SLICE_MS = 10
const TICK_MS = 1000
/** Sources whose position is remembered while none of their results waits. */
const MAX_SOURCES = 1000
/** Writers of which it is remembered that they were waited for. */
const MAX_WRITERS = 1000

/**
 * Order of the results of several writers, which had divided the items of one or more sources among them: each result has its
 * turn when no result of an earlier item of its source can come any more. One at a time is given to the callback.
 */
export class SourceOrder {
  /** Notified when a reader that is held back may go on. */
  readonly #changed = new Wakeup()
  readonly #members = new Set<OrderMember>()
  readonly #sources = new Map<string | null, EarlyResults<OrderMember>>()
  /** Writers that have come, or are or were waited for, by incarnation. */
  readonly #known = new RecentMap<string, true>(MAX_WRITERS)
  #waiting = 0
  #isDelivering = false
  #ticking: NodeJS.Timeout | undefined

  /** Adds the stream of a writer. */
  join(window: Omit<OrderedOpen, 'of'>, writer: OrderWriter): OrderMember {
    const member = new OrderMember(this, window, writer)
    for (const other of this.#members)
      if (other.isAway && other.writer.name === writer.name) this.#members.delete(other)
    this.#members.add(member)
    this.#known.set(writer.incarnation, true)
    return member
  }

  /** Waits for the first stream of a node that has the callback whose results come here: it may have items in hand already. */
  expect(window: Omit<OrderedOpen, 'of'>, peer: Peer): void {
    if (this.#known.get(peer.incarnation)) return
    this.#known.set(peer.incarnation, true)
    const member = new OrderMember(this, window, { ...peer, returns: false })
    member.isAway = true
    this.#members.add(member)
  }

  /** Waits no longer for a node that is gone. */
  onGone({ incarnation }: Peer): void {
    for (const member of this.#members)
      if (member.isAway && !member.writer.returns && member.writer.incarnation === incarnation)
        this.#members.delete(member)
    this.proceed()
  }

  /** @returns a promise when the reader of the member must wait before it offers more */
  offer(member: OrderMember, { value, origin, deliver, drop }: OfferedResult): Promise<void> | undefined {
    const early = this.#resultsOf(origin.source)
    if (member.window.late === 'skip' && early.isLate(origin)) {
      drop()
      return undefined
    }
    const result: EarlyResult<OrderMember> = { member, origin, weight: 0, deliver, isTaken: false }
    early.add(result)
    this.#waiting++
    member.items++
    this.proceed()
    if (!result.isTaken) {
      result.weight = weightOf(value)
      member.bytes += result.weight
      if (member.isFull) this.proceed()
    }
    return this.#mustHold(member) ? this.#hold(member) : undefined
  }

  /** Gives the callback what has its turn. */
  proceed(): void {
    if (!this.#isDelivering && this.#waiting > 0) void this.#deliver()
    this.#tickWhileWaiting()
  }

  leave(member: OrderMember): void {
    if (!member.isAway) this.#members.delete(member)
    for (const early of this.#sources.values())
      for (const { origin } of early.drop(member)) {
        this.#waiting--
        member.withdraw(origin)
      }
    this.#changed.notify()
    this.proceed()
  }

  async #deliver(): Promise<void> {
    const slice = new TimeSlice(SLICE_MS)
    this.#isDelivering = true
    try {
      for (let result = this.#take(); result; result = this.#take()) {
        const running = result.deliver()
        if (running) await running
        if (slice.due && slice.isOver()) await slice.yield()
      }
    } finally {
      this.#isDelivering = false
    }
    this.#changed.notify()
  }

  /** Takes the next result that has its turn. */
  #take(): EarlyResult<OrderMember> | undefined {
    if (this.#waiting === 0) return undefined
    const source = this.#nextSource() ?? this.#sourceToGiveUp()
    const early = source && this.#sources.get(source.key)
    const result = early?.take()
    if (!source || !early || !result) return undefined
    // Behind the others, so that none of several sources is starved.
    this.#sources.delete(source.key)
    this.#sources.set(source.key, early)
    this.#waiting--
    result.member.items--
    result.member.bytes -= result.weight
    return result
  }

  #nextSource(): { key: string | null } | undefined {
    for (const [key, { results }] of this.#sources) {
      const [first] = results
      if (first && !this.#blockers(first).next().value) return { key }
    }
    return undefined
  }

  /**
   * Source whose first result is not kept waiting any longer. A window that is full decides so where late results are given up;
   * else only where the reader that is held back by it would bring what all wait for.
   */
  #sourceToGiveUp(): { key: string | null } | undefined {
    let oldest: { key: string | null; time: number } | undefined
    let isAnyFull = false
    for (const member of this.#members) isAnyFull ||= member.isFull
    if (!isAnyFull) return undefined
    let isStuck = true
    for (const [key, { results }] of this.#sources) {
      const [first] = results
      if (!first) continue
      const { origin } = first
      const isSkipped = results.some(({ member }) => member.isFull && member.window.late === 'skip')
      isStuck &&= [...this.#blockers(first)].every((member) => member.isFull)
      if (isSkipped) return { key }
      if (!oldest || origin.time < oldest.time) oldest = { key, time: origin.time }
    }
    return isStuck ? oldest : undefined
  }

  *#blockers({ member, origin }: EarlyResult<OrderMember>): Generator<OrderMember, undefined> {
    for (const other of this.#members)
      if (other.mayBringBefore(origin) && !(other === member && member.isInOrder)) yield other
    return undefined
  }

  #resultsOf(source: string | null): EarlyResults<OrderMember> {
    const known = this.#sources.get(source)
    if (known) return known
    if (this.#sources.size >= MAX_SOURCES)
      for (const [key, { results }] of this.#sources)
        if (results.length === 0) {
          this.#sources.delete(key)
          break
        }
    const early = new EarlyResults<OrderMember>()
    this.#sources.set(source, early)
    return early
  }

  /** While the callback is busy nothing more is read, so that live streams keep the newest items. */
  #mustHold(member: OrderMember): boolean {
    return this.#members.has(member) && (this.#isDelivering || member.isFull)
  }

  async #hold(member: OrderMember): Promise<void> {
    while (this.#mustHold(member)) await this.#changed.wait()
  }

  #tickWhileWaiting(): void {
    if (this.#waiting > 0) this.#ticking ??= setInterval(() => this.#tick(), TICK_MS)
    else {
      clearInterval(this.#ticking)
      this.#ticking = undefined
      for (const member of this.#members) member.ticks = 0
    }
  }

  #tick(): void {
    for (const member of this.#members) {
      member.ticks++
      if (member.isAway && member.isSilent) this.#members.delete(member)
    }
    this.proceed()
  }
}
