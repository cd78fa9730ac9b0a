import { KIB } from '../../../core/bytes.js'
import { isAlive } from '../../../core/is-alive.js'
import { MAX_PINS, MAX_SLOTS, NONCE_BYTES } from '../../protocol/refs.js'

/**
 * Control page of a ring, which writer and readers map for writing: magic bytes, a nonce, for each slot a generation and a set of
 * pins, for each pin the process that has it, and for each slot how much of its part is written.
 *
 * The generation is odd while the slot is written. A reader sets its pin first and then looks at the generation; the
 * writer makes the generation odd first and then looks at the pins. Atomics are sequentially consistent, so one of the two
 * sees the other, and no slot is written while it is read.
 */
const MAGIC = Buffer.from('DAFFIRNG')
const NONCE_AT = 8
const CLOSED_AT = 40
const GENERATIONS_AT = 64
const PINS_AT = GENERATIONS_AT + 4 * MAX_SLOTS
const HOLDERS_AT = PINS_AT + 4 * MAX_SLOTS
const WRITTEN_AT = HOLDERS_AT + 4 * MAX_PINS
export const CONTROL_BYTES = 4096

export class Control {
  readonly #bytes: Buffer
  readonly #generations: Int32Array
  readonly #pins: Int32Array
  /** 1 when the writer has closed the ring. */
  readonly #state: Int32Array
  /** Process ids by pin; 0 where a pin is free. */
  readonly #holders: Int32Array
  /** KiB of the part in each slot that are there, while it is written. */
  readonly #written: Int32Array

  constructor(buffer: ArrayBuffer) {
    this.#bytes = Buffer.from(buffer)
    this.#generations = new Int32Array(buffer, GENERATIONS_AT, MAX_SLOTS)
    this.#pins = new Int32Array(buffer, PINS_AT, MAX_SLOTS)
    this.#state = new Int32Array(buffer, CLOSED_AT, 1)
    this.#holders = new Int32Array(buffer, HOLDERS_AT, MAX_PINS)
    this.#written = new Int32Array(buffer, WRITTEN_AT, MAX_SLOTS)
  }

  sign(nonce: Uint8Array): void {
    this.#bytes.set(MAGIC)
    this.#bytes.set(nonce, NONCE_AT)
  }

  isSigned(nonce: Uint8Array): boolean {
    const signed = this.#bytes.subarray(NONCE_AT, NONCE_AT + NONCE_BYTES)
    return this.#bytes.subarray(0, MAGIC.length).equals(MAGIC) && signed.equals(nonce)
  }

  /** Notes that nothing is written any more, for readers that have the ring of another stream. */
  close(): void {
    Atomics.store(this.#state, 0, 1)
  }

  get isClosed(): boolean {
    return Atomics.load(this.#state, 0) !== 0
  }

  /** Takes a pin for a process. Undefined when all are taken by processes that live. */
  claimPin(pid: number): number | undefined {
    const claim = (): number =>
      this.#holders.findIndex((_, pin) => Atomics.compareExchange(this.#holders, pin, 0, pid) === 0)
    let pin = claim()
    if (pin < 0) {
      this.freeDead()
      pin = claim()
    }
    return pin < 0 ? undefined : pin
  }

  /** Gives a pin back. */
  releasePin(pin: number): void {
    for (let slot = 0; slot < MAX_SLOTS; slot++) this.unpin(slot, pin)
    Atomics.store(this.#holders, pin, 0)
  }

  /** Frees the pins of processes that are gone. Those of a live process stay, even when the stream has given it up. */
  freeDead(): void {
    for (let pin = 0; pin < MAX_PINS; pin++) {
      const pid = Atomics.load(this.#holders, pin)
      if (pid !== 0 && !isAlive(pid)) this.releasePin(pin)
    }
  }

  /** Claims the slot for writing. False when a reader has pinned it; then the slot stays as it is. */
  beginWrite(slot: number): boolean {
    Atomics.store(this.#written, slot, 0)
    const generation = Atomics.load(this.#generations, slot)
    Atomics.store(this.#generations, slot, (generation + 1) | 0)
    if (Atomics.load(this.#pins, slot) === 0) return true
    Atomics.store(this.#generations, slot, generation)
    return false
  }

  /** Generation that readers must find once the slot, which is being written, is complete. */
  nextGeneration(slot: number): number {
    return (Atomics.load(this.#generations, slot) + 1) | 0
  }

  /** Notes that so many bytes of the part that is being written are there. */
  onWritten(slot: number, bytes: number): void {
    Atomics.store(this.#written, slot, Math.floor(bytes / KIB))
  }

  /** Bytes of a part that is being written which are there. Any process that maps the page can set them. */
  written(slot: number): number {
    return KIB * Math.max(0, Atomics.load(this.#written, slot))
  }

  /** Whether the slot is claimed or being written. */
  isOpen(slot: number): boolean {
    return (Atomics.load(this.#generations, slot) & 1) === 1
  }

  endWrite(slot: number): void {
    Atomics.add(this.#generations, slot, 1)
  }

  /** Pins the slot against writing. False when it does not hold the reader's part, as `isThere` finds once it is pinned. */
  pin(slot: number, pin: number, isThere: () => boolean): boolean {
    Atomics.or(this.#pins, slot, 1 << pin)
    if (isThere()) return true
    this.unpin(slot, pin)
    return false
  }

  /** Whether the slot has that generation. */
  has(slot: number, generation: number): boolean {
    return Atomics.load(this.#generations, slot) === generation
  }

  /** Whether the slot is being written and will have that generation. */
  isWriting(slot: number, generation: number): boolean {
    return Atomics.load(this.#generations, slot) === ((generation - 1) | 0)
  }

  /** Optimistic read without a pin, as by a seqlock. False when the slot was written meanwhile: the bytes are worthless. */
  optimisticRead(slot: number, generation: number, read: () => void): boolean {
    if (!this.has(slot, generation)) return false
    read()
    // Adding nothing, unlike a load, also keeps what was read before from being read after.
    return Atomics.add(this.#generations, slot, 0) === generation
  }

  unpin(slot: number, pin: number): void {
    Atomics.and(this.#pins, slot, ~(1 << pin))
  }

  pins(slot: number): number {
    return Atomics.load(this.#pins, slot)
  }
}
