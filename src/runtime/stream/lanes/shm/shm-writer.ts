import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { DaffiError } from '../../../core/errors.js'
import type { Lease } from '../../../core/item-memory.js'
import type { Demand, LaneWriter } from '../lane.js'
import { Control, CONTROL_BYTES, MAX_PINS, MAX_SLOTS, NONCE_BYTES } from './control.js'
import { createMemory, sharedMemory, type Mapping } from './memory.js'

const MIB = 1024 * 1024
const PAGE = 4096
/** Fits a batch of small values. */
const LEAST_SLOT = 256 * 1024
/** What a ring has when its items are neither tiny nor huge. */
const USUAL_BYTES = 48 * MIB
const LEAST_SLOTS = 6
/** Of small slots; more would only be more memory to allocate and to touch. */
const MOST_SLOTS = 64
/** When items are too large for that many slots within the limit. */
const SLOTS_AT_LIMIT = 4

/** Of a live part: as much as can be written while word of it is on its way. */
const WRITTEN_LATE = 2 * MIB

/** What a receiver needs to map the writer's memory, and to know that it is the right one. */
export interface ShmOffer {
  pid: number
  fd: number
  nonce: Uint8Array
}

/** Where a part lies in which ring. */
export type ShmRef = [fd: number, slot: number, generation: number, slotBytes: number, slots: number]

interface Slot {
  /** Cost up to and with what lies in it. */
  end: number
}

type Libc = NonNullable<Awaited<ReturnType<typeof sharedMemory>>>

/**
 * Parts in a ring of slots in shared memory, written once for all receivers of this host. The ring is made at the first
 * part, sized by it.
 */
export class ShmLaneWriter implements LaneWriter {
  readonly offer: ShmOffer
  readonly #libc: Libc
  readonly #limit: number
  readonly #live: boolean
  readonly #memory: Mapping
  readonly #control: Control
  /** By pin. */
  readonly #readers: ({ incarnation: string; pid: number } | undefined)[] = Array.from(
    { length: MAX_PINS },
    () => undefined,
  )
  #ring: (Mapping & { fd: number; bytes: Buffer }) | undefined
  #slots: Slot[] = []
  /** The slot that a source writes its next item into, or has written; claimed, and not yet stored. */
  #lent: number | undefined
  #filling = false
  #slotBytes = LEAST_SLOT
  #next = 0
  #closed = false
  #reading: Promise<void> | undefined
  #demand: Demand | undefined

  private constructor(libc: Libc, control: Mapping & { fd: number }, limit: number, live: boolean) {
    this.#libc = libc
    this.#memory = control
    this.#limit = limit
    this.#live = live
    this.#control = new Control(control.buffer)
    this.offer = { pid: process.pid, fd: control.fd, nonce: randomBytes(NONCE_BYTES) }
    this.#control.sign(this.offer.nonce)
  }

  /** @param limit bytes that the ring may have. Undefined where there is no shared memory. */
  static async open(limit: number, live: boolean): Promise<ShmLaneWriter | undefined> {
    const libc = await sharedMemory()
    const control = libc && createMemory(libc, CONTROL_BYTES)
    return libc && control && new ShmLaneWriter(libc, control, limit, live)
  }

  /** The pin of a receiver; null when all are taken. */
  admit(incarnation: string, pid: number): number | null {
    const known = this.#readers.findIndex((reader) => reader?.incarnation === incarnation)
    if (known >= 0) return known
    this.#forgetDead()
    const pin = this.#readers.indexOf(undefined)
    if (pin < 0) return null
    this.#readers[pin] = { incarnation, pid }
    return pin
  }

  /** Receivers begin with one half of the ring while the other is written. Live, word goes out before a part's end is written. */
  get mostUnsaid(): number {
    return this.#live ? 1 : Math.ceil(this.#slots.length / 2)
  }

  get reading(): Promise<void> | undefined {
    return this.#reading
  }

  partBytes(chunkBytes: number): number {
    if (!this.#ring && !this.#closed) this.#create(chunkBytes)
    return this.#slotBytes
  }

  hasRoom(_cost: number, _stored: number, demand: Demand): boolean {
    this.#demand = demand
    return !this.#closed && (this.#live || this.#hasFree(1))
  }

  store(part: Uint8Array, end: number): Promise<ShmRef | undefined> {
    // What comes late finds no memory: a stream that was cut off may have chunks in hand.
    return Promise.resolve(this.#closed ? undefined : this.#write(part, end))
  }

  /**
   * Memory for the next part in the ring itself, so that it need not be copied there. Undefined when it does not fit, or
   * there is no ring yet; or no slot to spare, so that what was stored last stays for a while, and a lossless part finds
   * room as if it had not been lent any. What is lent and then not stored is lent again.
   */
  lend(bytes: number): Lease | undefined {
    const ring = this.#ring
    if (!ring || this.#closed || this.#filling) return undefined
    if (bytes > this.#slotBytes) {
      this.reclaim()
      return undefined
    }
    const slot = (this.#lent ??= this.#hasFree(2) ? this.#claim() : undefined)
    if (slot === undefined) return undefined
    this.#filling = true
    const filled = (whole: boolean): void => {
      this.#filling = false
      if (this.#closed) this.#unmap()
      else if (!whole) this.reclaim()
    }
    const at = slot * this.#slotBytes
    return { bytes: ring.bytes.subarray(at, at + bytes), filled }
  }

  /** What was lent will not be stored: its slot is free, and nobody knows what lies in it. */
  reclaim(): void {
    if (this.#lent !== undefined) this.#control.endWrite(this.#lent)
    this.#lent = undefined
  }

  /** Whether these bytes are what was lent, which may be overwritten once they have been stored. */
  lends(bytes: Uint8Array): boolean {
    const ring = this.#ring
    return (
      ring !== undefined &&
      this.#lent !== undefined &&
      bytes.buffer === ring.buffer &&
      bytes.byteOffset === ring.bytes.byteOffset + this.#lent * this.#slotBytes
    )
  }

  /** A copy out of a part that is still there, for an observer that cannot map the ring. */
  copy([, slot, generation]: ShmRef, offset: number, length: number): Buffer | undefined {
    const ring = this.#ring
    if (!ring || this.#closed || !(slot < this.#slots.length)) return undefined
    const at = slot * this.#slotBytes + offset
    let bytes: Buffer | undefined
    const read = (): void => void (bytes = Buffer.from(ring.bytes.subarray(at, at + length)))
    return this.#control.glance(slot, generation, read) ? bytes : undefined
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true
      // A source that is still writing its item must not meet memory that is gone.
      if (!this.#filling) this.#unmap()
    }
    return Promise.resolve()
  }

  #unmap(): void {
    this.#ring?.unmap()
    this.#memory.unmap()
  }

  #create(chunkBytes: number): void {
    const most = Math.floor(this.#limit / SLOTS_AT_LIMIT / PAGE) * PAGE
    this.#slotBytes = Math.min(most, Math.ceil(Math.max(chunkBytes, LEAST_SLOT) / PAGE) * PAGE)
    const wanted = Math.max(LEAST_SLOTS, Math.min(MOST_SLOTS, Math.floor(USUAL_BYTES / this.#slotBytes)))
    const count = Math.min(wanted, MAX_SLOTS, Math.floor(this.#limit / this.#slotBytes))
    const ring = createMemory(this.#libc, count * this.#slotBytes)
    if (!ring) {
      throw new DaffiError(
        'DAFFI_NO_MEMORY',
        `there are no ${Math.ceil((count * this.#slotBytes) / MIB)} MiB of shared memory for the stream`,
      )
    }
    this.#ring = { ...ring, bytes: Buffer.from(ring.buffer) }
    this.#slots = Array.from({ length: count }, () => ({ end: 0 }))
  }

  #write(part: Uint8Array, end: number): ShmRef | undefined {
    const ring = this.#ring
    const lent = this.lends(part)
    const slot = lent ? this.#lent : ring && this.#claim()
    const state = slot === undefined ? undefined : this.#slots[slot]
    if (!ring || slot === undefined || !state) return undefined
    state.end = end
    const generation = this.#control.next(slot)
    const ref: ShmRef = [ring.fd, slot, generation, this.#slotBytes, this.#slots.length]
    if (lent) {
      this.#lent = undefined
      this.#reading = undefined
      this.#control.endWrite(slot)
      return ref
    }
    const at = slot * this.#slotBytes
    const early = this.#live ? Math.max(0, part.length - WRITTEN_LATE) : part.length
    ring.bytes.set(part.subarray(0, early), at)
    const finish = (): void => {
      if (this.#closed) return
      ring.bytes.set(part.subarray(early), at + early)
      this.#control.endWrite(slot)
    }
    if (this.#live) this.#reading = this.#afterWord().then(finish)
    else finish()
    return ref
  }

  /** Word woke the server on this processor, as Linux takes who sends for about to sleep. */
  async #afterWord(): Promise<void> {
    await setImmediate()
    this.#libc.sched_yield()
  }

  /** Whether so many slots could be claimed. */
  #hasFree(wanted: number): boolean {
    let free = 0
    for (let slot = 0; slot < this.#slots.length; slot++) {
      if (this.#spare(slot) && this.#control.pins(slot) === 0 && ++free === wanted) return true
    }
    this.#forgetDead()
    return false
  }

  /** The next slot that nobody needs, in the order of the ring. */
  #claim(): number | undefined {
    for (let step = 0; step < this.#slots.length; step++) {
      const slot = (this.#next + step) % this.#slots.length
      if (!this.#spare(slot) || !this.#control.beginWrite(slot)) continue
      this.#next = (slot + 1) % this.#slots.length
      return slot
    }
    this.#forgetDead()
    return undefined
  }

  /** Whether it may be overwritten as soon as nobody reads it. */
  #spare(slot: number): boolean {
    const { end } = this.#slots[slot] ?? { end: 0 }
    return slot !== this.#lent && (this.#live || !this.#demand?.needs(end))
  }

  /** What a dead process held is free; what a live one holds is not, though the stream may have given it up. */
  #forgetDead(): void {
    for (const [pin, reader] of this.#readers.entries()) {
      if (!reader || isAlive(reader.pid)) continue
      this.#control.unpinAll(pin, this.#slots.length)
      this.#readers[pin] = undefined
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
