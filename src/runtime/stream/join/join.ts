import { MIB } from '../../core/bytes.js'
import { Wakeup } from '../../core/deferred.js'
import type { Logger } from '../../core/logger.js'
import type { CallbackSettings } from '../../core/plan/callback-options.js'
import { isFrame } from '../../core/frame.js'
import { formatMs } from '../../core/timeout.js'
import { startTimer, type Timer } from '../../core/timer.js'
import { originOf } from '../protocol/origin-of.js'
import type { JoinItem, Joining } from '../protocol/ports.js'
import { deliverMatch } from './deliver-match.js'
import { Matcher } from './matcher.js'
import { SideStream, type JoinedStream } from './side-stream.js'

/** Most items of one side that wait, and most of their bytes. */
const MAX_ITEMS = 256
const MAX_BYTES = 64 * MIB
/** Stands for the other sides, while only one is known. It is the name of none. */
const UNKNOWN_SIDE = 'another side'

export type JoinSettings = NonNullable<CallbackSettings['join']>

/** Item of a side, with its stream. */
export interface SideItem {
  time: number
  item: JoinItem
  stream: SideStream
  /** Time when it came, on this process's own clock. */
  since: number
}

/** Items that the callback gets together, by the names of their sides. */
export interface JoinMatch {
  /** Items that are the callback's now. The first one leads: origins and causes of results are its own. */
  items: ReadonlyMap<string, SideItem>
  /** Items that it had before, in place of missing ones. */
  last: ReadonlyMap<string, SideItem>
  /** Names of all sides, in order. */
  sides: readonly string[]
  /** Results that attempts with them have pushed, where the callback yields them. */
  given: number
}

interface JoinOptions {
  callback: string
  /** Names of the sides that are known before their first item. */
  sides: readonly string[]
  /** Gives the present settings, as the code and its options may be replaced. */
  settings: () => JoinSettings
  log: Logger
  /** Invokes the callback. Rejects when it fails. */
  deliver: (match: JoinMatch) => Promise<void>
  /** Called for each match with which the callback has failed for good. */
  onFailed: () => void
}

/**
 * Items of several streams that a callback gets together. A limited number waits on each side: beyond it, the oldest item of a
 * live stream is taken for unmatched, and another stream is held back while the other sides may still come.
 */
export class Join {
  readonly #options: JoinOptions
  readonly #matcher: Matcher<SideItem>
  readonly #sides: Set<string>
  /** Streams of which items have come, and that have not ended or left. */
  readonly #streams = new Set<SideStream>()
  /** Sides that others have waited for in vain since their last item, and those of which the log says so. */
  readonly #still = new Set<string>()
  readonly #logged = new Set<string>()
  #ready: JoinMatch[] = []
  #running: JoinMatch | undefined
  #isBusy = false
  readonly #changed = new Wakeup()
  /** Time since when the callback is idle: while it runs, others are not late. */
  #idleSince = 0
  #timer: Timer | undefined

  constructor(options: JoinOptions) {
    this.#options = options
    this.#matcher = new Matcher(options.sides)
    this.#sides = new Set(options.sides)
  }

  /** Opens the place of a stream. */
  joining(stream: JoinedStream): Joining {
    return new SideStream(stream, this)
  }

  /** Adds an item. @returns false while there is no room for it */
  add(stream: SideStream, item: JoinItem): boolean {
    const { as, isLive, source } = stream.facts
    if (!isLive && this.#isFull(as) && !this.#isStill(as)) return false
    const time = timeOf(item, source)
    this.#streams.add(stream)
    this.#sides.add(as)
    this.#still.delete(as)
    this.#still.delete(UNKNOWN_SIDE)
    // A time that is none matches nothing.
    const matched = Number.isFinite(time) ? time : -Infinity
    this.#matcher.add(as, { time: matched, item, stream, since: performance.now() })
    this.#advance()
    return true
  }

  /** Resolves when there may be room. */
  room(): Promise<void> {
    return this.#changed.wait()
  }

  /** Ends a stream; its side ends with the last one. */
  end(stream: SideStream): void {
    const { as } = stream.facts
    this.#streams.delete(stream)
    if (![...this.#streams].some(({ facts }) => facts.as === as)) this.#matcher.end(as)
    this.#sides.add(as)
    this.#advance()
  }

  /** Takes the items of a stream away. Resolves when the callback has none of them. */
  async leave(stream: SideStream): Promise<void> {
    const { as } = stream.facts
    this.#streams.delete(stream)
    this.#logged.delete(as)
    this.#matcher.remove(as, (item) => item.stream === stream)
    const isHere = ({ stream: { hasLeft } }: SideItem): boolean => !hasLeft
    this.#ready = this.#ready.filter(({ items }) => [...items.values()].some(isHere))
    this.#advance()
    this.#changed.notify()
    const isIn = (): boolean =>
      [this.#running, ...this.#ready].some(
        (match) => match && [...match.items.values()].some((item) => item.stream === stream),
      )
    while (isIn()) await this.#changed.wait()
  }

  /** Makes all matches that can be made now, and lets the callback have them. */
  #advance(): void {
    const { withinMs, missing = 'drop' } = this.#options.settings()
    while (this.#ready.every(isLive)) {
      const isOverdue = this.#noteOverdue(withinMs) || this.#mustDecide
      const decision = this.#matcher.next({ withinMs, missing }, isOverdue)
      if (!decision) break
      if (decision.what === 'unmatched') decision.item.item.end('unmatched')
      else {
        const { items, last } = decision
        this.#ready.push({ items: inOrder(items), last, sides: [...this.#sides].sort(), given: 0 })
        this.#dropOld()
      }
      this.#changed.notify()
    }
    this.#setTimer()
    if (!this.#isBusy && this.#ready.length > 0) void this.#run()
  }

  async #run(): Promise<void> {
    this.#isBusy = true
    for (let match = this.#ready.shift(); match; match = this.#ready.shift()) {
      this.#running = match
      await deliverMatch(match, this.#options)
      this.#running = undefined
      this.#idleSince = performance.now()
      this.#changed.notify()
      this.#advance()
    }
    this.#isBusy = false
  }

  /** Live: the newest matches wait for the callback, as many as the streams buffer. */
  #dropOld(): void {
    const streams = this.#ready.flatMap(({ items }) => Array.from(items.values(), ({ stream }) => stream))
    const limit = Math.max(...streams.map(({ facts }) => facts.buffer))
    while (this.#ready.length > limit && this.#ready.every(isLive)) {
      for (const { item } of this.#ready.shift()?.items.values() ?? []) item.end('dropped')
    }
  }

  #isFull(side: string): boolean {
    const waiting = this.#matcher.waiting(side)
    if (waiting.length < 2) return false
    return waiting.length >= MAX_ITEMS || waiting.reduce((sum, { item }) => sum + item.bytes, 0) >= MAX_BYTES
  }

  /** Whether another side stands still, so that there is nothing to hold items back for. */
  #isStill(side: string): boolean {
    return [...this.#still].some((other) => other !== side)
  }

  /** Whether a side has more items than it may, so that the first ones are judged by what is known. */
  get #mustDecide(): boolean {
    return [...this.#sides].some((side) => {
      if (!this.#isFull(side)) return false
      return this.#isStill(side) || this.#matcher.waiting(side)[0]?.stream.facts.isLive === true
    })
  }

  /** Whether the first item has waited for too long; notes and logs what it has waited for. */
  #noteOverdue(withinMs: number): boolean {
    const since = this.#waitingSince
    const { patienceMs } = this.#options.settings()
    if (since === undefined || performance.now() - since < patienceMs) return false
    const awaited = this.#sides.size < 2 ? [UNKNOWN_SIDE] : this.#matcher.awaited(withinMs)
    for (const side of awaited) {
      this.#still.add(side)
      if (!this.#logged.has(side)) this.#log(side)
      this.#logged.add(side)
    }
    return true
  }

  #log(side: string): void {
    const { callback, settings, log } = this.#options
    const { missing = 'drop', patienceMs } = settings()
    const others = [...this.#sides].filter((each) => each !== side).sort()
    log.warn(
      `"${callback}" has waited ${formatMs(patienceMs)} for an item of ${side}: items of ${others.join(' and ')} go on as missing: ${missing} says`,
    )
  }

  /** Time since when the first item has waited, while the callback was idle. */
  get #waitingSince(): number | undefined {
    const { first } = this.#matcher
    if (first.length === 0 || this.#running) return undefined
    return Math.max(this.#idleSince, Math.min(...first.map(({ since }) => since)))
  }

  #setTimer(): void {
    const since = this.#waitingSince
    if (since === undefined) {
      this.#timer?.cancel()
      this.#timer = undefined
      return
    }
    const { patienceMs } = this.#options.settings()
    this.#timer ??= startTimer(Math.max(1, since + patienceMs - performance.now()), () => {
      this.#timer = undefined
      this.#advance()
    })
  }
}

/** Time of capture. A frame without another origin has its own: those that are packed together have the time of the first. */
function timeOf({ value, chunk, index }: JoinItem, source: string | null): number {
  return !chunk.origin && isFrame(value) ? value.time : originOf(chunk, index, source).time
}

const isLive = ({ items }: JoinMatch): boolean =>
  [...items.values()].every(({ stream }) => stream.facts.isLive)

function inOrder(items: ReadonlyMap<string, SideItem>): Map<string, SideItem> {
  return new Map([...items].sort(([a], [b]) => (a < b ? -1 : 1)))
}
