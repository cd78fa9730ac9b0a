import { setImmediate, setTimeout } from 'node:timers/promises'
import type { LaneRef, ShmDescriptor, ShmRef } from '../../protocol/refs.js'
import type { LaneReader, LoadedPart, Loading } from '../lane.js'
import { Control, CONTROL_BYTES } from './control.js'
import { openMemory, sharedMemory, type Mapping } from './memory.js'

/** Time in which most parts are completed; a timer would take longer. */
const SPIN_MS = 0.3
/** Time after which a writer that has not completed a part is taken for stopped or dead. */
const WRITING_MS = 1000

type Libc = NonNullable<Awaited<ReturnType<typeof sharedMemory>>>

/** Reads the lane through shared memory: copies parts out of the writer's ring, or gives them on loan. */
export class ShmLaneReader implements LaneReader {
  readonly name = 'shm'
  readonly ahead = 0
  readonly #libc: Libc
  readonly #descriptor: ShmDescriptor
  readonly #memory: Mapping
  readonly #control: Control
  #ring: (Mapping & { fd: number; bytes: Buffer }) | undefined
  #pin: number | undefined
  #slots = 1
  #loans = 0
  #closed = false

  private constructor(libc: Libc, descriptor: ShmDescriptor, memory: Mapping, control: Control) {
    this.#libc = libc
    this.#descriptor = descriptor
    this.#memory = memory
    this.#control = control
  }

  /** Maps the writer's memory; undefined when that is not possible here: another host, container or user. */
  static async open(descriptor: ShmDescriptor): Promise<ShmLaneReader | undefined> {
    const libc = await sharedMemory()
    const memory =
      libc &&
      openMemory(libc, { pid: descriptor.pid, fd: descriptor.fd, bytes: CONTROL_BYTES, writable: true })
    if (!libc || !memory) return undefined
    const control = new Control(memory.buffer)
    if (control.isSigned(descriptor.nonce)) return new ShmLaneReader(libc, descriptor, memory, control)
    memory.unmap()
    return undefined
  }

  /**
   * Credit for half a ring: each report takes time of three processes, and the writer can use the other half meanwhile.
   * Bytes do not matter, as each part takes a slot.
   */
  get credit(): { parts: number; bytes: number } {
    return { parts: Math.ceil(this.#slots / 2), bytes: Infinity }
  }

  accept(pin: number | null): void {
    this.#pin = pin ?? undefined
  }

  load(ref: LaneRef, length: number, into: () => Uint8Array, loan: boolean): Loading<LoadedPart> {
    const [, slot, generation] = ref as ShmRef
    if (this.#closed || !this.#control.isWriting(slot, generation)) return this.#load(ref, length, into, loan)
    return this.#untilWritten(slot, generation).then(() => this.#load(ref, length, into, loan))
  }

  /** Waits for a live part that was announced before it was complete. */
  async #untilWritten(slot: number, generation: number): Promise<void> {
    const start = performance.now()
    for (let waited = 0; waited < WRITING_MS; waited = performance.now() - start) {
      await (waited < SPIN_MS ? setImmediate() : setTimeout(1))
      if (this.#closed || !this.#control.isWriting(slot, generation)) return
    }
  }

  #load(ref: LaneRef, length: number, into: () => Uint8Array, loan: boolean): LoadedPart | undefined {
    const [fd, slot, generation, slotBytes, slots, allocated] = ref as ShmRef
    this.#slots = allocated
    const pin = this.#pin
    const ring = this.#open(fd, slotBytes * slots)
    if (!ring) return undefined
    const at = slot * slotBytes
    // An observer has no pin, and must never delay the writer.
    if (pin === undefined) {
      const target = into()
      const read = (): void => void ring.copy(target, 0, at, at + length)
      return this.#control.optimisticRead(slot, generation, read) ? { bytes: target } : undefined
    }
    if (!this.#control.pin(slot, pin, generation)) return undefined
    if (!loan) {
      const target = this.#libc.freed.allocate(length, into)
      ring.copy(target, 0, at, at + length)
      this.#control.unpin(slot, pin)
      return { bytes: target }
    }
    this.#loans++
    const release = (): void => {
      this.#control.unpin(slot, pin)
      this.#loans--
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
    if (!this.#ring) {
      const mapping = openMemory(this.#libc, { pid: this.#descriptor.pid, fd, bytes, writable: false })
      this.#ring = mapping && { ...mapping, fd, bytes: Buffer.from(mapping.buffer) }
    }
    // A writer has one ring, and each slot lies within it: so what is copied fills the item's memory.
    return this.#ring?.fd === fd && this.#ring.bytes.length === bytes ? this.#ring.bytes : undefined
  }

  /** Unmaps the ring once all loans have been returned. */
  #unmap(): void {
    if (!this.#closed || this.#loans > 0) return
    this.#ring?.unmap()
    this.#ring = undefined
    this.#memory.unmap()
  }
}
