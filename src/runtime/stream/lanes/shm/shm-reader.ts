import { setImmediate, setTimeout } from 'node:timers/promises'
import type { LaneReader, LaneRef, LoadedPart, Loading } from '../lane.js'
import { Control, CONTROL_BYTES } from './control.js'
import { openMemory, sharedMemory, type Mapping } from './memory.js'
import type { ShmOffer, ShmRef } from './shm-writer.js'

/** A part is mostly written by then, and a timer would take longer. */
const SOON_MS = 0.3
/** A writer that is not done by then has been stopped or has died. */
const WRITING_MS = 1000

type Libc = NonNullable<Awaited<ReturnType<typeof sharedMemory>>>

/** Reads parts where the writer put them, or lends them out. */
export class ShmLaneReader implements LaneReader {
  readonly name = 'shm'
  readonly ahead = 0
  readonly #libc: Libc
  readonly #offer: ShmOffer
  readonly #memory: Mapping
  readonly #control: Control
  #ring: (Mapping & { fd: number; bytes: Buffer }) | undefined
  #pin: number | undefined
  #slots = 1
  #lent = 0
  #closed = false

  private constructor(libc: Libc, offer: ShmOffer, memory: Mapping, control: Control) {
    this.#libc = libc
    this.#offer = offer
    this.#memory = memory
    this.#control = control
  }

  /** Undefined when the writer's memory can't be mapped here: another host, container or user. */
  static async open(offer: ShmOffer): Promise<ShmLaneReader | undefined> {
    const libc = await sharedMemory()
    const memory =
      libc && openMemory(libc, { pid: offer.pid, fd: offer.fd, bytes: CONTROL_BYTES, writable: true })
    if (!libc || !memory) return undefined
    const control = new Control(memory.buffer)
    if (control.isSigned(offer.nonce)) return new ShmLaneReader(libc, offer, memory, control)
    memory.unmap()
    return undefined
  }

  /**
   * A ring has only so many slots, whatever lies in them. Each word costs three processes; with half of the ring at a
   * time the writer still has the other half to go on with.
   */
  get credit(): { parts: number; bytes: number } {
    return { parts: Math.ceil(this.#slots / 2), bytes: Infinity }
  }

  accept(pin: number | null): void {
    this.#pin = pin ?? undefined
  }

  load(ref: LaneRef, length: number, into: () => Uint8Array, lend: boolean): Loading<LoadedPart> {
    const [, slot, generation] = ref as ShmRef
    if (this.#closed || !this.#control.isWriting(slot, generation)) return this.#load(ref, length, into, lend)
    return this.#written(slot, generation).then(() => this.#load(ref, length, into, lend))
  }

  /** Word of a live part comes while it is written, which takes no longer than word does. */
  async #written(slot: number, generation: number): Promise<void> {
    const start = performance.now()
    for (let waited = 0; waited < WRITING_MS; waited = performance.now() - start) {
      await (waited < SOON_MS ? setImmediate() : setTimeout(1))
      if (this.#closed || !this.#control.isWriting(slot, generation)) return
    }
  }

  #load(ref: LaneRef, length: number, into: () => Uint8Array, lend: boolean): LoadedPart | undefined {
    const [fd, slot, generation, slotBytes, slots] = ref as ShmRef
    this.#slots = slots
    const pin = this.#pin
    const ring = this.#open(fd, slotBytes * slots)
    if (!ring) return undefined
    const at = slot * slotBytes
    // An observer has no pin, and must not keep the writer from anything.
    if (pin === undefined) {
      const target = into()
      const read = (): void => void ring.copy(target, 0, at, at + length)
      return this.#control.glance(slot, generation, read) ? { bytes: target } : undefined
    }
    if (!this.#control.pin(slot, pin, generation)) return undefined
    if (!lend) {
      const target = into()
      ring.copy(target, 0, at, at + length)
      this.#control.unpin(slot, pin)
      return { bytes: target }
    }
    this.#lent++
    const release = (): void => {
      this.#control.unpin(slot, pin)
      this.#lent--
      this.#unmap()
    }
    return { bytes: ring.subarray(at, at + length), release }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#unmap()
  }

  #open(fd: number, bytes: number): Buffer | undefined {
    if (this.#closed) return undefined
    if (this.#ring?.fd !== fd) {
      const mapping = openMemory(this.#libc, { pid: this.#offer.pid, fd, bytes, writable: false })
      this.#ring = mapping && { ...mapping, fd, bytes: Buffer.from(mapping.buffer) }
    }
    return this.#ring?.bytes
  }

  /** What is lent out stays mapped until it has been given back. */
  #unmap(): void {
    if (!this.#closed || this.#lent > 0) return
    this.#ring?.unmap()
    this.#ring = undefined
    this.#memory.unmap()
  }
}
