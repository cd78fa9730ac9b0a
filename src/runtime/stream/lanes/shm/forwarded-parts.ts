import type { ShmRef } from '../../protocol/refs.js'
import { KIB } from '../../../core/bytes.js'
import type { Demand } from '../lane.js'
import { lentPart, type KeptPart, type LentPart } from './mapped-ring.js'

/** Smallest part that is forwarded: a smaller one is copied in less time than its place is told. */
const MIN_BYTES = 64 * KIB

interface ForwardedPart {
  part: LentPart
  kept: KeptPart
  bytes: Uint8Array
  /** Position of the part's end in this stream, as a weight. */
  end: number
}

/** Parts that a stream has on loan from rings of other streams, and announces where they lie. */
export class ForwardedParts {
  readonly #live: boolean
  #parts: ForwardedPart[] = []
  /** The stream's newest part, if it was forwarded. */
  #newest: ForwardedPart | undefined
  #demand: Demand | undefined

  constructor(live: boolean) {
    this.#live = live
  }

  /** Forwards a part, as a `LaneWriter` does. */
  forward(bytes: Uint8Array, end: number, demand: Demand): ShmRef | undefined {
    this.#demand = demand
    if (bytes.length < MIN_BYTES) return undefined
    const part = lentPart(bytes)
    if (!part?.canSpare()) return undefined
    this.#newest = { part, kept: part.keep(), bytes, end }
    this.#parts.push(this.#newest)
    this.settle()
    return part.ref
  }

  /**
   * Returns the parts that no receiver needs. The newest stays for observers, and in a live stream for receivers, as long as its
   * ring can spare it.
   */
  settle(): void {
    const parts = this.#parts
    this.#parts = []
    for (const each of parts) {
      const { part, kept, end } = each
      const isNeeded = !this.#live && (this.#demand?.needs(end) ?? false)
      // It stays only for those who look, for whom its writer is not to wait.
      if (!isNeeded) kept.credit()
      if (isNeeded || (each === this.#newest && part.canSpare())) this.#parts.push(each)
      else kept.release()
    }
  }

  /** Notes that a newer part is in this stream's own ring. */
  onNewer(): void {
    this.#newest = undefined
    if (this.#parts.length > 0) this.settle()
  }

  /** Copy of a range of a part; undefined when it has been returned. */
  copy(ref: ShmRef, offset: number, length: number): Buffer | undefined {
    const [fd, slot, generation, , , , lender] = ref
    const known = this.#parts.find(
      ({ part: { ref: other } }) =>
        other[0] === fd && other[1] === slot && other[2] === generation && other[6]?.pid === lender?.pid,
    )
    if (!known || offset + length > known.bytes.length) return undefined
    return Buffer.from(known.bytes.subarray(offset, offset + length))
  }

  close(): void {
    for (const { kept } of this.#parts) kept.release()
    this.#parts = []
  }
}
