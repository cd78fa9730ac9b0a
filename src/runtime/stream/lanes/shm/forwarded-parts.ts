import type { ShmRef } from '../../protocol/refs.js'
import type { Demand } from '../lane.js'
import { lentPart, type LentPart } from './mapped-ring.js'
import { LARGE_BYTES } from './ring-size.js'

/** Parts that a live stream keeps: the newest, and the one that a receiver may just be about to load. */
const KEPT_LIVE = 2

interface ForwardedPart {
  part: LentPart
  bytes: Uint8Array
  /** Position of the part's end in this stream, as a weight. */
  end: number
  release: () => void
}

/** Parts that a stream has on loan from rings of other streams, and announces where they lie. */
export class ForwardedParts {
  readonly #live: boolean
  #parts: ForwardedPart[] = []
  #demand: Demand | undefined

  constructor(live: boolean) {
    this.#live = live
  }

  /** Forwards a part, as a `LaneWriter` does. A small one is copied in less time than its place is told. */
  forward(bytes: Uint8Array, end: number, demand: Demand): ShmRef | undefined {
    this.#demand = demand
    if (bytes.length < LARGE_BYTES) return undefined
    const part = lentPart(bytes)
    if (!part?.canSpare()) return undefined
    this.#parts.push({ part, bytes, end, release: part.keep() })
    this.settle()
    return part.ref
  }

  /** Returns the parts that no receiver needs. The newest stays for observers, as long as its ring can spare it. */
  settle(): void {
    const parts = this.#parts
    const isKept = ({ part, end }: ForwardedPart, index: number): boolean => {
      const newer = parts.length - 1 - index
      const isNeeded = this.#live ? newer < KEPT_LIVE : (this.#demand?.needs(end) ?? false)
      return isNeeded || (newer === 0 && part.canSpare())
    }
    this.#parts = parts.filter(isKept)
    for (const each of parts) if (!this.#parts.includes(each)) each.release()
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
    for (const { release } of this.#parts) release()
    this.#parts = []
  }
}
