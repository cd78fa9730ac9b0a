import type { Demand } from '../lane.js'
import type { Control } from './control.js'
import { SPARE_SLOTS } from './ring-size.js'

/** Time after which it is tried again to grow, when memory was short. */
const RETRY_MS = 1000
/** Time for which a live part stays, while the ring can grow, for receivers and observers that are late. */
const LIVE_MS = 100

interface Slot {
  /** Position of the end of the part in it, as a weight. */
  end: number
  /** When the part was stored, in ms of `performance.now()`. */
  time: number
}

const NEW_SLOT: Readonly<Slot> = { end: 0, time: -Infinity }

interface RingSlotsOptions {
  control: Control
  live: boolean
  /** Slots that are allocated already, and all that there may be. */
  first: number
  slots: number
  /** Allocates so many slots from one on. False when memory is short. */
  allocate: (from: number, count: number) => boolean
}

/**
 * Slots of a ring, as its writer sees them. A ring begins with few, and doubles when it runs short: all of its slots take turns, so
 * a slow stream in a large ring would touch memory in each process that it does not need, and that is in no cache when its turn
 * comes.
 */
export class RingSlots {
  readonly #options: RingSlotsOptions
  /** Slots that are allocated. */
  readonly #slots: Readonly<Slot>[] = []
  #next = 0
  /** Time until which memory is taken for short, in ms of `performance.now()`. */
  #shortUntil = -Infinity
  /** Parts that lossless receivers still need. */
  demand: Demand | undefined

  constructor(options: RingSlotsOptions) {
    this.#options = options
    this.#add(options.first)
  }

  /** Number of slots that are allocated. */
  get allocated(): number {
    return this.#slots.length
  }

  /** Number of slots that cannot be overwritten at present. */
  get used(): number {
    return this.#slots.filter((_, slot) => !this.#isFree(slot)).length
  }

  /** Whether `wanted` slots could be claimed. */
  hasFree(wanted: number): boolean {
    if (this.#countFree(wanted) === wanted) return true
    this.#options.control.freeDead()
    return this.#grow() && this.hasFree(wanted)
  }

  /** Claims the next slot that no receiver needs, in the order of the ring, until it is written or given back. */
  claim(): number | undefined {
    this.#growWhenShort()
    const { control } = this.#options
    const slot = this.#nextWhere((each) => this.#isSpare(each) && control.beginWrite(each))
    if (slot !== undefined) {
      this.#next = (slot + 1) % this.#slots.length
      return slot
    }
    control.freeDead()
    return this.#grow() ? this.claim() : undefined
  }

  /** Notes that the claimed slot has a part, which ends at this position. */
  store(slot: number, end: number): void {
    this.#slots[slot] = { end, time: this.#options.live ? performance.now() : 0 }
  }

  /** Frees the claimed slot, in which there is no part. */
  giveBack(slot: number): void {
    this.#slots[slot] = NEW_SLOT
    this.#options.control.endWrite(slot)
  }

  #growWhenShort(): void {
    if (this.#slots.length === this.#options.slots) return
    if (performance.now() <= this.#shortUntil || !this.#isShort()) return
    // Only now, as it asks the kernel after each receiver.
    this.#options.control.freeDead()
    if (this.#isShort() && !this.#grow()) this.#shortUntil = performance.now() + RETRY_MS
  }

  /** Whether fewer slots would stay free besides the one that is written than receivers leave, or a young part would be overwritten. */
  #isShort(): boolean {
    return this.#countFree(1 + SPARE_SLOTS) <= SPARE_SLOTS || this.#wouldOverwriteYoung()
  }

  #wouldOverwriteYoung(): boolean {
    if (!this.#options.live) return false
    const next = this.#nextWhere((slot) => this.#isFree(slot))
    const { time } = this.#slots[next ?? 0] ?? NEW_SLOT
    return performance.now() - time < LIVE_MS
  }

  /** Doubles the ring, up to its size. False when it has that, or memory is short. */
  #grow(): boolean {
    const { slots, allocate } = this.#options
    const present = this.#slots.length
    const more = Math.min(present, slots - present)
    if (more === 0 || !allocate(present, more)) return false
    this.#add(more)
    // The new slots are the next ones: what is in the others is younger.
    this.#next = present
    return true
  }

  #add(count: number): void {
    for (let added = 0; added < count; added++) this.#slots.push(NEW_SLOT)
  }

  /** The first slot that passes a test, in the order of the ring. */
  #nextWhere(test: (slot: number) => boolean): number | undefined {
    for (let step = 0; step < this.#slots.length; step++) {
      const slot = (this.#next + step) % this.#slots.length
      if (test(slot)) return slot
    }
    return undefined
  }

  /** Number of slots that are free, up to `most`. */
  #countFree(most: number): number {
    let free = 0
    for (let slot = 0; slot < this.#slots.length && free < most; slot++) if (this.#isFree(slot)) free++
    return free
  }

  #isFree(slot: number): boolean {
    return this.#isSpare(slot) && this.#options.control.pins(slot) === 0
  }

  /** Whether the slot may be overwritten as soon as no reader has pinned it. */
  #isSpare(slot: number): boolean {
    const { end } = this.#slots[slot] ?? NEW_SLOT
    return !this.#options.control.isOpen(slot) && (this.#options.live || !this.demand?.needs(end))
  }
}
