import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { DaffiError } from '../../../core/errors.js'
import { MIB } from '../../../core/bytes.js'
import type { Loan } from '../../../core/stream/item-memory.js'
import { NONCE_BYTES, type ShmDescriptor, type ShmRef } from '../../protocol/refs.js'
import type { Demand, LaneWriter } from '../lane.js'
import { Control, CONTROL_BYTES } from './control.js'
import { ForwardedParts } from './forwarded-parts.js'
import { allocate, createMemory, sharedMemory, type Mapping } from './memory.js'
import { LARGE_BYTES, MIN_SLOT_BYTES, ringSize } from './ring-size.js'

/** Bytes of a live part that are copied after its announcement: as many as can be copied while a receiver wakes up. */
const LATE_BYTES = 2 * MIB

interface Slot {
  /** Position of the end of the part in it, as a weight. */
  end: number
}

type Libc = NonNullable<Awaited<ReturnType<typeof sharedMemory>>>

/**
 * Lane through shared memory: a ring of slots, written once for all receivers of this host. The ring is made for the first
 * part, whose size it suits.
 */
export class ShmLaneWriter implements LaneWriter {
  readonly descriptor: ShmDescriptor
  readonly #libc: Libc
  readonly #limit: number
  readonly #live: boolean
  readonly #memory: Mapping
  readonly #control: Control
  #ring: (Mapping & { fd: number; bytes: Buffer }) | undefined
  /** Slots that are allocated. */
  #slots: Slot[] = []
  /** Slots that the ring has room for. */
  #ringSlots = 0
  /** Slot on loan to the source, or filled by it: claimed, and not yet stored. */
  #loaned: number | undefined
  #filling = false
  #slotBytes = MIN_SLOT_BYTES
  readonly #forwarded: ForwardedParts
  #next = 0
  #closed = false
  #reading: Promise<void> | undefined
  /** Completes the part that is announced. */
  #complete: (() => void) | undefined
  #demand: Demand | undefined

  private constructor(libc: Libc, control: Mapping & { fd: number }, limit: number, live: boolean) {
    this.#libc = libc
    this.#memory = control
    this.#limit = limit
    this.#live = live
    this.#control = new Control(control.buffer)
    this.#forwarded = new ForwardedParts(live)
    this.descriptor = { pid: process.pid, fd: control.fd, nonce: randomBytes(NONCE_BYTES) }
    this.#control.sign(this.descriptor.nonce)
  }

  /** @param limit bytes that the ring may have @returns undefined where there is no shared memory */
  static async open(limit: number, live: boolean): Promise<ShmLaneWriter | undefined> {
    const libc = await sharedMemory()
    const control = libc && createMemory(libc, CONTROL_BYTES)
    return libc && control && new ShmLaneWriter(libc, control, limit, live)
  }

  /** Slots of the ring, and those that cannot be overwritten at present. */
  get usage(): { slots: number; used: number } {
    const used = this.#closed ? [] : this.#slots.filter((_, slot) => !this.#isFree(slot))
    return { slots: this.#ringSlots, used: used.length }
  }

  /**
   * Half a ring at most, so that receivers read one half while the other is written. Live parts are announced one by one,
   * before they are complete.
   */
  get maxUnannounced(): number {
    return this.#live ? 1 : Math.max(1, Math.ceil(this.#slots.length / 2))
  }

  get reading(): Promise<void> | undefined {
    return this.#reading
  }

  onAnnounced(isThere: boolean): void {
    const complete = this.#complete
    this.#complete = undefined
    if (isThere) complete?.()
    else if (complete) void this.#onItsWay().then(complete)
  }

  partBytes(chunkBytes: number): number {
    if (!this.#ring && !this.#closed) this.#create(chunkBytes)
    if (chunkBytes >= LARGE_BYTES) this.#grow(this.#ringSlots)
    return this.#slotBytes
  }

  hasRoom(_weight: number, _stored: number, demand: Demand): boolean {
    this.#demand = demand
    return !this.#closed && (this.#live || this.#hasFree(1))
  }

  store(part: Uint8Array, end: number): Promise<ShmRef | undefined> {
    // A stream that was cut off may still have chunks to store, for which there is no memory any more.
    return Promise.resolve(this.#closed ? undefined : this.#write(part, end))
  }

  forward(part: Uint8Array, end: number, demand: Demand): ShmRef | undefined {
    return this.#closed ? undefined : this.#forwarded.forward(part, end, demand)
  }

  /** Returns the forwarded parts that receivers have loaded. */
  settle(): void {
    this.#forwarded.settle()
  }

  /**
   * Loans a slot of the ring for the next part, so that it need not be copied there. Undefined when the part does not
   * fit, there is no ring yet, or no free slot: the part stored last must stay for a while, and a lossless part must
   * find room as if there were no loan. A slot that was loaned and not stored is loaned again.
   */
  loan(bytes: number): Loan | undefined {
    const ring = this.#ring
    if (!ring || this.#closed || this.#filling) return undefined
    if (bytes > this.#slotBytes) {
      this.reclaim()
      return undefined
    }
    const slot = (this.#loaned ??= this.#hasFree(2) ? this.#claim() : undefined)
    if (slot === undefined) return undefined
    this.#filling = true
    const end = (complete: boolean): void => {
      this.#filling = false
      if (this.#closed) this.#unmap()
      else if (!complete) this.reclaim()
    }
    const at = slot * this.#slotBytes
    return { bytes: ring.bytes.subarray(at, at + bytes), end }
  }

  /** Frees the loaned slot, whose contents will not be stored. */
  reclaim(): void {
    if (this.#loaned !== undefined) this.#control.endWrite(this.#loaned)
    this.#loaned = undefined
  }

  /** Whether these bytes lie in the loaned slot, which may be overwritten once they have been stored. */
  isLoaned(bytes: Uint8Array): boolean {
    const ring = this.#ring
    return (
      ring !== undefined &&
      this.#loaned !== undefined &&
      bytes.buffer === ring.buffer &&
      bytes.byteOffset === ring.bytes.byteOffset + this.#loaned * this.#slotBytes
    )
  }

  /** Copy of a range of a part, for an observer that cannot map the ring; undefined when the part is gone. */
  copy(ref: ShmRef, offset: number, length: number): Buffer | undefined {
    const [, slot, generation, , , , lender] = ref
    if (lender) return this.#forwarded.copy(ref, offset, length)
    const ring = this.#ring
    if (!ring || this.#closed || slot >= this.#slots.length) return undefined
    if (offset + length > this.#slotBytes) return undefined
    const at = slot * this.#slotBytes + offset
    let bytes: Buffer | undefined
    const read = (): void => void (bytes = Buffer.from(ring.bytes.subarray(at, at + length)))
    return this.#control.optimisticRead(slot, generation, read) ? bytes : undefined
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true
      this.#complete?.()
      this.#forwarded.close()
      this.#control.close()
      // While the source writes into a loan, the memory must stay mapped.
      if (!this.#filling) this.#unmap()
    }
    return Promise.resolve()
  }

  #unmap(): void {
    this.#ring?.unmap()
    this.#memory.unmap()
  }

  #create(chunkBytes: number): void {
    const { slotBytes, slots, first } = ringSize(chunkBytes, this.#limit)
    this.#slotBytes = slotBytes
    const ring = createMemory(this.#libc, slots * slotBytes, first * slotBytes)
    if (!ring) {
      throw new DaffiError(
        'DAFFI_NO_MEMORY',
        `there are no ${Math.ceil((slots * slotBytes) / MIB)} MiB of shared memory for the stream`,
      )
    }
    this.#ring = { ...ring, bytes: Buffer.from(ring.buffer) }
    this.#ringSlots = slots
    this.#addSlots(first)
  }

  #addSlots(count: number): void {
    for (let added = 0; added < count; added++) this.#slots.push({ end: 0 })
  }

  /** Allocates further slots, up to the size of the ring. False when there are none, or memory is short. */
  #grow(count: number): boolean {
    const ring = this.#ring
    const present = this.#slots.length
    const more = Math.min(count, this.#ringSlots - present)
    if (!ring || more <= 0 || this.#closed) return false
    if (!allocate(this.#libc, ring.fd, present * this.#slotBytes, more * this.#slotBytes)) return false
    this.#addSlots(more)
    return true
  }

  #write(part: Uint8Array, end: number): ShmRef | undefined {
    const ring = this.#ring
    const loaned = this.isLoaned(part)
    const slot = loaned ? this.#loaned : ring && this.#claim()
    const state = slot === undefined ? undefined : this.#slots[slot]
    if (!ring || slot === undefined || !state) return undefined
    state.end = end
    this.#forwarded.onNewer()
    const generation = this.#control.nextGeneration(slot)
    const ref: ShmRef = [ring.fd, slot, generation, this.#slotBytes, this.#ringSlots, this.#slots.length]
    if (loaned) {
      this.#loaned = undefined
      this.#reading = undefined
      this.#control.endWrite(slot)
      return ref
    }
    const at = slot * this.#slotBytes
    const early = this.#live ? Math.max(0, part.length - LATE_BYTES) : part.length
    ring.bytes.set(part.subarray(0, early), at)
    const complete = (): void => {
      if (this.#closed) return
      ring.bytes.set(part.subarray(early), at + early)
      this.#control.endWrite(slot)
    }
    if (this.#live)
      this.#reading = new Promise((resolve) => {
        this.#complete = () => {
          complete()
          resolve()
        }
      })
    else complete()
    return ref
  }

  /** Linux schedules the woken server on this CPU: yield once, so that it can run before the remaining bytes are copied. */
  async #onItsWay(): Promise<void> {
    await setImmediate()
    this.#libc.sched_yield()
  }

  /** Whether `wanted` slots could be claimed. */
  #hasFree(wanted: number): boolean {
    let free = 0
    for (let slot = 0; slot < this.#slots.length; slot++) {
      if (this.#isFree(slot) && ++free === wanted) return true
    }
    this.#control.freeDead()
    return this.#grow(this.#slots.length) && this.#hasFree(wanted)
  }

  /** Claims the next slot that no receiver needs, in the order of the ring. */
  #claim(): number | undefined {
    for (let step = 0; step < this.#slots.length; step++) {
      const slot = (this.#next + step) % this.#slots.length
      if (!this.#isSpare(slot) || !this.#control.beginWrite(slot)) continue
      this.#next = (slot + 1) % this.#slots.length
      return slot
    }
    this.#control.freeDead()
    return this.#grow(this.#slots.length) ? this.#claim() : undefined
  }

  #isFree(slot: number): boolean {
    return this.#isSpare(slot) && this.#control.pins(slot) === 0
  }

  /** Whether the slot may be overwritten as soon as no reader has pinned it. */
  #isSpare(slot: number): boolean {
    const { end } = this.#slots[slot] ?? { end: 0 }
    return slot !== this.#loaned && (this.#live || !this.#demand?.needs(end))
  }
}
