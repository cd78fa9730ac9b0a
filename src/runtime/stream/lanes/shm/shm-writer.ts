import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { DaffiError } from '../../../core/errors.js'
import { KIB, MIB } from '../../../core/bytes.js'
import type { Loan } from '../../../core/stream/item-memory.js'
import { NONCE_BYTES, type ShmDescriptor, type ShmRef } from '../../protocol/refs.js'
import type { Demand, LaneWriter } from '../lane.js'
import { Control, CONTROL_BYTES } from './control.js'
import { ForwardedParts } from './forwarded-parts.js'
import { allocate, createMemory, sharedMemory, type Libc, type Mapping } from '../../../unix/index.js'
import { MIN_SLOT_BYTES, ringSize } from './ring-size.js'
import { RingSlots } from './ring-slots.js'

/** Smallest live part that is copied after its announcement, while receivers wake up: a smaller one takes less time than they would wait. */
const MIN_LATE_BYTES = 256 * KIB
/** Bytes that are copied between two notes for receivers, which copy what is there. */
const BLOCK = 256 * KIB

interface Ring extends Mapping {
  fd: number
  bytes: Buffer
  /** Number of slots when it has grown. */
  size: number
  slots: RingSlots
}

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
  #ring: Ring | undefined
  /** Slot on loan to the source, or filled by it: claimed, and not yet stored. */
  #loaned: number | undefined
  #filling = false
  #slotBytes = MIN_SLOT_BYTES
  readonly #forwarded: ForwardedParts
  #closed = false
  #reading: Promise<void> | undefined
  /** Completes the part that is announced. */
  #complete: (() => void) | undefined

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
    const { size = 0, slots } = this.#ring ?? {}
    return { slots: size, used: this.#closed ? 0 : (slots?.used ?? 0) }
  }

  /**
   * Half a ring at most, so that receivers read one half while the other is written. Live parts are announced one by one,
   * before they are complete.
   */
  get maxUnannounced(): number {
    return this.#live ? 1 : Math.max(1, Math.ceil((this.#ring?.slots.allocated ?? 0) / 2))
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
    return this.#slotBytes
  }

  hasRoom(_weight: number, _stored: number, demand: Demand): boolean {
    const { slots } = this.#ring ?? {}
    if (slots) slots.demand = demand
    return !this.#closed && (this.#live || slots?.hasFree(1) === true)
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
    const slot = (this.#loaned ??= ring.slots.hasFree(2) ? ring.slots.claim() : undefined)
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
    if (this.#loaned !== undefined) this.#ring?.slots.giveBack(this.#loaned)
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
    if (!ring || this.#closed || slot >= ring.slots.allocated) return undefined
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
    const allocateSlots = (from: number, count: number): boolean =>
      !this.#closed && allocate(this.#libc, ring.fd, from * slotBytes, count * slotBytes)
    const options = { control: this.#control, live: this.#live, first, slots, allocate: allocateSlots }
    this.#ring = { ...ring, bytes: Buffer.from(ring.buffer), size: slots, slots: new RingSlots(options) }
  }

  #write(part: Uint8Array, end: number): ShmRef | undefined {
    const ring = this.#ring
    const loaned = this.isLoaned(part)
    const slot = loaned ? this.#loaned : ring?.slots.claim()
    if (!ring || slot === undefined) return undefined
    ring.slots.store(slot, end)
    this.#forwarded.onNewer()
    const generation = this.#control.nextGeneration(slot)
    const ref: ShmRef = [ring.fd, slot, generation, this.#slotBytes, ring.size, ring.slots.allocated]
    this.#reading = undefined
    if (!loaned && this.#live && part.length >= MIN_LATE_BYTES) {
      this.#writeLate(ring, slot, part)
      return ref
    }
    if (loaned) this.#loaned = undefined
    else ring.bytes.set(part, slot * this.#slotBytes)
    this.#control.endWrite(slot)
    return ref
  }

  /** Writes a part once it is announced. */
  #writeLate({ bytes }: Ring, slot: number, part: Uint8Array): void {
    const write = (): void => {
      const at = slot * this.#slotBytes
      for (let done = 0; done < part.length; done += BLOCK) {
        bytes.set(part.subarray(done, done + BLOCK), at + done)
        this.#control.onWritten(slot, Math.min(done + BLOCK, part.length))
      }
      this.#control.endWrite(slot)
    }
    this.#reading = new Promise((resolve) => {
      this.#complete = () => {
        if (!this.#closed) write()
        resolve()
      }
    })
  }

  /** Linux schedules the woken server on this CPU: yield once, so that it can run before the remaining bytes are copied. */
  async #onItsWay(): Promise<void> {
    await setImmediate()
    this.#libc.sched_yield()
  }
}
