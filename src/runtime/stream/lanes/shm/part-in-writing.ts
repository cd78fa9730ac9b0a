import { setImmediate, setTimeout } from 'node:timers/promises'
import { MIB } from '../../../core/bytes.js'
import type { Control } from './control.js'

/** Time for which a reader looks again at once, since a timer takes longer than most parts. */
const SPIN_MS = 0.3
/** Time after which a writer that writes nothing more is taken for stopped or dead. */
const SILENT_MS = 1000
/** Bytes that the fastest memory copies in a millisecond. */
const FASTEST = 16 * MIB

/** A part that its writer has announced and is still writing, as a reader sees it. */
export class PartInWriting {
  readonly #control: Control
  readonly #slot: number
  readonly #generation: number
  /** Most bytes that the reader has seen written, and the time when they had grown. */
  #seen = -1
  #since = 0

  constructor(control: Control, slot: number, generation: number) {
    this.#control = control
    this.#slot = slot
    this.#generation = generation
  }

  get isWritten(): boolean {
    return !this.#control.isWriting(this.#slot, this.#generation)
  }

  /** Bytes that are there, from the part's start on. */
  get written(): number {
    return this.#control.written(this.#slot)
  }

  /** Waits a moment for more of it. False when the writer has written nothing for long. */
  async grows(): Promise<boolean> {
    const { written } = this
    const now = performance.now()
    if (written > this.#seen) {
      this.#seen = written
      this.#since = now
    }
    const silent = now - this.#since
    if (silent > SILENT_MS) return false
    await (silent < SPIN_MS ? setImmediate() : setTimeout(1))
    return true
  }

  /**
   * Waits until it is written, or nothing more is to be expected.
   * @param length of the part in bytes
   * @param isClosed whether the control page is not mapped any more, of which a look would then end the process
   */
  async whole(length: number, isClosed: () => boolean): Promise<void> {
    const restMs = Math.min(SILENT_MS, Math.floor((length - this.written) / FASTEST))
    if (restMs > 1) await setTimeout(restMs - 1)
    while (!isClosed() && !this.isWritten && (await this.grows()));
  }
}
