import type { ShmDescriptor, ShmRef } from '../../protocol/refs.js'
import type { LoadedPart, Loading } from '../lane.js'
import { Control, CONTROL_BYTES } from './control.js'
import { openMemory, type Libc, type Mapping } from '../../../unix/index.js'
import { PartInWriting } from './part-in-writing.js'
import { SPARE_SLOTS } from './ring-size.js'

/** A part on loan from a ring, which a stream may forward: receivers read it where it lies. */
export interface LentPart {
  ref: ShmRef
  /** Whether the ring is in use, and has slots to spare, so that its writer finds a free one also while this one is kept. */
  canSpare: () => boolean
  /** Keeps the part, also when its loan has ended. */
  keep: () => KeptPart
}

/** A part that stays where it is. */
export interface KeptPart {
  /** Lets its writer count it as loaded, though it stays. May be called again. */
  credit: () => void
  release: () => void
}

/** Loan of one part, and of its slot. */
interface RingLoan {
  ref: ShmRef
  /** Number of those who owe the writer credit for it. */
  owing: number
  onReturned: () => void
}

/** Rings that are mapped here, by their memory. */
const rings = new WeakMap<ArrayBufferLike, MappedRing>()

/** The part that these bytes are, when it is on loan from a ring. */
export function lentPart(bytes: Uint8Array): LentPart | undefined {
  return rings.get(bytes.buffer)?.lentAt(bytes)
}

/** Ring of a writer, mapped to read: parts are copied out of it, or lent. */
export class MappedRing {
  readonly #libc: Libc
  readonly #descriptor: ShmDescriptor
  readonly #memory: Mapping
  readonly #control: Control
  /** Pin by which slots are kept from being written; undefined for an observer, which must never delay the writer. */
  readonly #pin: number | undefined
  #ring: (Mapping & { fd: number; bytes: Buffer }) | undefined
  /** Number of uses of each slot that is pinned. */
  readonly #uses = new Map<number, number>()
  /** Latest loan of each slot that is lent. */
  readonly #loans = new Map<number, RingLoan>()
  #closed = false

  private constructor(libc: Libc, descriptor: ShmDescriptor, memory: Mapping, pin: number | undefined) {
    this.#libc = libc
    this.#descriptor = descriptor
    this.#memory = memory
    this.#control = new Control(memory.buffer)
    this.#pin = pin
  }

  /**
   * Maps a ring. Undefined when that is not possible here: another host, container or user, or no pin that is free.
   * @param pins whether slots are pinned while they are read
   */
  static open(libc: Libc, descriptor: ShmDescriptor, pins: boolean): MappedRing | undefined {
    const { pid, fd, nonce } = descriptor
    const memory = openMemory(libc, { pid, fd, bytes: CONTROL_BYTES, writable: true })
    if (!memory) return undefined
    const control = new Control(memory.buffer)
    const isOurs = control.isSigned(nonce)
    const pin = isOurs && pins ? control.claimPin(process.pid) : undefined
    if (isOurs && (!pins || pin !== undefined)) return new MappedRing(libc, descriptor, memory, pin)
    memory.unmap()
    return undefined
  }

  /** Loads a part, as a `LaneReader` does. */
  load(ref: ShmRef, length: number, into: () => Uint8Array, onReturned?: () => void): Loading<LoadedPart> {
    const [, slot, generation] = ref
    if (this.#closed || !this.#control.isWriting(slot, generation))
      return this.#load(ref, length, into, onReturned)
    if (this.#pin !== undefined && !onReturned) return this.#copyBehindWriter(ref, length, into, this.#pin)
    return new PartInWriting(this.#control, slot, generation)
      .whole(length, () => this.#closed)
      .then(() => this.#load(ref, length, into, onReturned))
  }

  /** The part on loan that begins where these bytes do. */
  lentAt({ byteOffset, length }: Uint8Array): LentPart | undefined {
    const [{ ref: [, , , slotBytes] } = { ref: [0, 0, 0, 0] }] = this.#loans.values()
    const loan = this.#loans.get(byteOffset / slotBytes)
    if (!loan || length > slotBytes) return undefined
    return { ref: loan.ref, canSpare: () => this.#canSpare(loan.ref), keep: () => this.#keep(loan) }
  }

  /** Whether its writer has closed the ring. */
  get hasEnded(): boolean {
    return this.#control.isClosed
  }

  /** Releases everything once all loans are over. May be called again. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#unmap()
  }

  /** Copies a live part while it is written: that takes as long as the writing alone, and not twice as long. */
  async #copyBehindWriter(
    [fd, slot, generation, slotBytes, slots]: ShmRef,
    length: number,
    into: () => Uint8Array,
    pin: number,
  ): Promise<LoadedPart | undefined> {
    const ring = this.#open(fd, slotBytes * slots)
    if (!ring || !this.#use(slot, generation, pin, 'early')) return undefined
    try {
      const bytes = this.#libc.freed.allocate(length, into)
      const part = new PartInWriting(this.#control, slot, generation)
      let copied = 0
      const copyTo = (end: number): void => {
        ring.copy(bytes, copied, slot * slotBytes + copied, slot * slotBytes + end)
        copied = end
      }
      while (!part.isWritten) {
        const written = Math.min(part.written, length)
        if (written > copied) copyTo(written)
        else if (!(await part.grows()) || this.#closed) return undefined
      }
      if (!this.#control.has(slot, generation)) return undefined
      copyTo(length)
      return { bytes }
    } finally {
      this.#endUse(slot)
    }
  }

  #load(
    ref: ShmRef,
    length: number,
    into: () => Uint8Array,
    onReturned: (() => void) | undefined,
  ): LoadedPart | undefined {
    const [fd, slot, generation, slotBytes, slots, allocated] = ref
    const ring = this.#open(fd, slotBytes * slots)
    if (!ring) return undefined
    const at = slot * slotBytes
    if (this.#pin === undefined) {
      const target = into()
      const read = (): void => void ring.copy(target, 0, at, at + length)
      return this.#control.optimisticRead(slot, generation, read) ? { bytes: target } : undefined
    }
    if (!this.#use(slot, generation, this.#pin, 'written')) return undefined
    if (!onReturned) {
      const target = this.#libc.freed.allocate(length, into)
      ring.copy(target, 0, at, at + length)
      this.#endUse(slot)
      return { bytes: target }
    }
    const loan: RingLoan = {
      ref: [fd, slot, generation, slotBytes, slots, allocated, this.#descriptor],
      owing: 1,
      onReturned,
    }
    this.#loans.set(slot, loan)
    const release = (): void => {
      if (this.#loans.get(slot) === loan) this.#loans.delete(slot)
      this.#endUse(slot)
      this.#credit(loan)
    }
    return { bytes: ring.subarray(at, at + length), release }
  }

  #keep(loan: RingLoan): KeptPart {
    const [, slot] = loan.ref
    this.#uses.set(slot, (this.#uses.get(slot) ?? 0) + 1)
    loan.owing++
    let owes = true
    const credit = (): void => {
      if (owes) this.#credit(loan)
      owes = false
    }
    const release = (): void => {
      this.#endUse(slot)
      credit()
    }
    return { credit, release }
  }

  #credit(loan: RingLoan): void {
    if (--loan.owing === 0) loan.onReturned()
  }

  #canSpare([, slot, , , , allocated]: ShmRef): boolean {
    if (this.#closed || this.hasEnded) return false
    let unused = 0
    for (let other = 0; other < allocated; other++)
      if (other !== slot && this.#control.pins(other) === 0) unused++
    return unused >= SPARE_SLOTS
  }

  /** Pins a slot, if it has that part: all of it, or as much as is written. */
  #use(slot: number, generation: number, pin: number, what: 'written' | 'early'): boolean {
    const uses = this.#uses.get(slot) ?? 0
    const isThere = (): boolean =>
      // In this order, as its writer may end in between.
      (what === 'early' && this.#control.isWriting(slot, generation)) || this.#control.has(slot, generation)
    // A slot that is pinned is not written anew.
    if (!(uses > 0 ? isThere() : this.#control.pin(slot, pin, isThere))) return false
    this.#uses.set(slot, uses + 1)
    return true
  }

  #endUse(slot: number): void {
    const left = (this.#uses.get(slot) ?? 1) - 1
    if (left > 0) {
      this.#uses.set(slot, left)
      return
    }
    this.#uses.delete(slot)
    if (this.#pin !== undefined) this.#control.unpin(slot, this.#pin)
    this.#unmap()
  }

  #open(fd: number, bytes: number): Buffer | undefined {
    if (this.#closed) return undefined
    if (!this.#ring) {
      const mapping = openMemory(this.#libc, { pid: this.#descriptor.pid, fd, bytes, writable: false })
      this.#ring = mapping && { ...mapping, fd, bytes: Buffer.from(mapping.buffer) }
      if (mapping) rings.set(mapping.buffer, this)
    }
    // A writer has one ring, and each slot lies within it: so what is copied fills the item's memory.
    return this.#ring?.fd === fd && this.#ring.bytes.length === bytes ? this.#ring.bytes : undefined
  }

  #unmap(): void {
    if (!this.#closed || this.#uses.size > 0) return
    this.#ring?.unmap()
    this.#ring = undefined
    if (this.#pin !== undefined) this.#control.releasePin(this.#pin)
    this.#memory.unmap()
  }
}
