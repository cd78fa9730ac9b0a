import { MAX_SLOTS, NONCE_BYTES } from '../../protocol/refs.js'

/**
 * Control page of a ring, which writer and readers map for writing: magic bytes, a nonce, and for each slot a generation
 * and a set of pins.
 *
 * The generation is odd while the slot is written. A reader sets its pin first and then looks at the generation; the
 * writer makes the generation odd first and then looks at the pins. Atomics are sequentially consistent, so one of the two
 * sees the other, and no slot is written while it is read.
 */
const MAGIC = Buffer.from('DAFFIRNG')
const NONCE_AT = 8
const GENERATIONS_AT = 64
const PINS_AT = GENERATIONS_AT + 4 * MAX_SLOTS
export const CONTROL_BYTES = 4096

export class Control {
  readonly #bytes: Buffer
  readonly #generations: Int32Array
  readonly #pins: Int32Array

  constructor(buffer: ArrayBuffer) {
    this.#bytes = Buffer.from(buffer)
    this.#generations = new Int32Array(buffer, GENERATIONS_AT, MAX_SLOTS)
    this.#pins = new Int32Array(buffer, PINS_AT, MAX_SLOTS)
  }

  sign(nonce: Uint8Array): void {
    this.#bytes.set(MAGIC)
    this.#bytes.set(nonce, NONCE_AT)
  }

  isSigned(nonce: Uint8Array): boolean {
    const signed = this.#bytes.subarray(NONCE_AT, NONCE_AT + NONCE_BYTES)
    return this.#bytes.subarray(0, MAGIC.length).equals(MAGIC) && signed.equals(nonce)
  }

  /** Claims the slot for writing. False when a reader has pinned it; then the slot stays as it is. */
  beginWrite(slot: number): boolean {
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

  endWrite(slot: number): void {
    Atomics.add(this.#generations, slot, 1)
  }

  /** Pins the slot against writing. False when the slot holds another part by now. */
  pin(slot: number, pin: number, generation: number): boolean {
    Atomics.or(this.#pins, slot, 1 << pin)
    if (Atomics.load(this.#generations, slot) === generation) return true
    this.unpin(slot, pin)
    return false
  }

  /** Whether the slot is being written and will have that generation. */
  isWriting(slot: number, generation: number): boolean {
    return Atomics.load(this.#generations, slot) === ((generation - 1) | 0)
  }

  /** Optimistic read without a pin, as by a seqlock. False when the slot was written meanwhile: the bytes are worthless. */
  optimisticRead(slot: number, generation: number, read: () => void): boolean {
    if (Atomics.load(this.#generations, slot) !== generation) return false
    read()
    // Adding nothing, unlike a load, also keeps what was read before from being read after.
    return Atomics.add(this.#generations, slot, 0) === generation
  }

  unpin(slot: number, pin: number): void {
    Atomics.and(this.#pins, slot, ~(1 << pin))
  }

  /** Removes all pins of a reader whose process is gone. */
  unpinAll(pin: number, slots: number): void {
    for (let slot = 0; slot < slots; slot++) this.unpin(slot, pin)
  }

  pins(slot: number): number {
    return Atomics.load(this.#pins, slot)
  }
}
