import { isAlive } from '../../../core/is-alive.js'
import type { LaneRef, ShmDescriptor, ShmRef } from '../../protocol/refs.js'
import type { LaneReader, LoadedPart, Loading, PartReader } from '../lane.js'
import { MappedRing } from './mapped-ring.js'
import { sharedMemory, type Libc } from '../../../unix/index.js'

/** Rings of other streams that are mapped at once, for forwarded parts; a source that is started again has a new one. */
const MAX_LENDERS = 64
/** Reports of credit while as many parts are loaded as the ring has slots. A frame's ring has no more slots than that. */
const REPORTS_PER_RING = 8

interface ShmReaderOptions {
  /** Whether slots are pinned while they are read. An observer must never delay the writer. */
  pins: boolean
  /** Gives what loads forwarded parts whose memory cannot be mapped here. */
  copies: () => Promise<PartReader>
}

/** Reads the lane through shared memory: the writer's ring, and those of other streams from which it forwards parts. */
export class ShmLaneReader implements LaneReader {
  readonly name = 'shm'
  readonly ahead = 0
  readonly #libc: Libc
  readonly #ring: MappedRing
  readonly #options: ShmReaderOptions
  /** Rings of lenders, the one that was used last at the end; undefined: it cannot be mapped. */
  readonly #lenders = new Map<string, { pid: number; ring: MappedRing | undefined }>()
  #creditParts = 1
  #closed = false

  private constructor(libc: Libc, ring: MappedRing, options: ShmReaderOptions) {
    this.#libc = libc
    this.#ring = ring
    this.#options = options
  }

  /** Maps the writer's memory; undefined when that is not possible here: another host, container or user. */
  static async open(
    descriptor: ShmDescriptor,
    options: ShmReaderOptions,
  ): Promise<ShmLaneReader | undefined> {
    const libc = await sharedMemory()
    const ring = libc && MappedRing.open(libc, descriptor, options.pins)
    return libc && ring && new ShmLaneReader(libc, ring, options)
  }

  /**
   * Credit for a part of the ring, as each report takes time of both processes; for each forwarded part, since its lender waits, too.
   * Bytes do not matter, as each part takes a slot.
   */
  get credit(): { parts: number; bytes: number } {
    return { parts: this.#creditParts, bytes: Infinity }
  }

  load(ref: LaneRef, length: number, into: () => Uint8Array, onReturned?: () => void): Loading<LoadedPart> {
    if (this.#closed) return undefined
    const [, , , , , allocated, lender] = ref as ShmRef
    this.#creditParts = lender ? 1 : Math.ceil(allocated / REPORTS_PER_RING)
    if (!lender) return this.#ring.load(ref as ShmRef, length, into, onReturned)
    const ring = this.#ringOf(lender)
    if (ring) return ring.load(ref as ShmRef, length, into, onReturned)
    return this.#options.copies().then((copies) => copies.load(ref, length, into))
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#ring.close()
    for (const key of this.#lenders.keys()) this.#forget(key)
  }

  #ringOf(lender: ShmDescriptor): MappedRing | undefined {
    const key = `${lender.pid} ${lender.fd} ${Buffer.from(lender.nonce).toString('base64')}`
    let known = this.#lenders.get(key)
    this.#lenders.delete(key)
    if (!known) {
      for (const [other, { pid, ring }] of this.#lenders)
        if (ring?.hasEnded || !isAlive(pid)) this.#forget(other)
      known = { pid: lender.pid, ring: MappedRing.open(this.#libc, lender, this.#options.pins) }
    }
    this.#lenders.set(key, known)
    const [oldest = key] = this.#lenders.keys()
    if (this.#lenders.size > MAX_LENDERS) this.#forget(oldest)
    return known.ring
  }

  #forget(key: string): void {
    this.#lenders.get(key)?.ring?.close()
    this.#lenders.delete(key)
  }
}
