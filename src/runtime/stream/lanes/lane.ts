import type { Lane } from '../../core/summary.js'

/** Where a part lies, in the lane's own words. */
export type LaneRef = unknown[]

/** What is still needed of what a lane has stored, in cost. */
export interface Demand {
  /** How far the slowest receiver is; no further than `stored`, which is all. */
  slowest(stored: number): number
  /** Whether a receiver has not loaded the part that ends there. */
  needs(end: number): boolean
}

/** The writer's end of a lane: keeps parts until readers have loaded them, or newer ones need the room. */
export interface LaneWriter {
  /** Parts of which word may wait while the source does not pause. */
  readonly mostUnsaid: number
  /** The most bytes that a part can have, of a chunk of so many bytes. */
  partBytes(chunkBytes: number): number
  /**
   * Whether a part of this cost may be stored, when `stored` is the cost of all that was stored and `demand` what readers
   * have not loaded of it.
   */
  hasRoom(cost: number, stored: number, demand: Demand): boolean
  /**
   * Resolves when readers can begin to load the part. Undefined: it could not be stored, which a live stream counts as dropped.
   * @param end what `stored` is with this part
   * @throws DaffiError DAFFI_STREAM_LOST when what is stored is gone, and the stream may lose nothing
   */
  store(part: Uint8Array, end: number): Promise<LaneRef | undefined>
  /** While it is pending, the memory of what was stored last is still read. */
  readonly reading?: Promise<void> | undefined
  /** Leaves nothing behind. */
  close(): Promise<void>
}

/** Undefined: gone. What takes no time comes without a promise. */
export type Loading<Loaded> = Loaded | undefined | Promise<Loaded | undefined>

/** A part's bytes. Where they are lent, they are the lane's own until `release`. */
export interface LoadedPart {
  bytes: Uint8Array
  release?: () => void
}

/** A receiver's end of a lane. */
export interface LaneReader {
  readonly name: Lane
  /** Bytes that are worth loading before their turn: none where loading takes no time. */
  readonly ahead: number
  /** After so many parts, or so many bytes, a lossless writer hears that they were loaded. */
  readonly credit: { parts: number; bytes: number }
  /** The writer has accepted this receiver; with shared memory it has given it a pin. */
  accept(pin: number | null): void
  /**
   * Live: whatever comes next will be loaded at once; it may come without being asked for.
   * @param bytes it is likely to have, in so many parts
   */
  expect?(bytes: number, parts: number): void
  /**
   * @param length of the part
   * @param into gives memory for a copy, for lanes that need one
   * @param lend memory of the lane itself may be given out
   */
  load(ref: LaneRef, length: number, into: () => Uint8Array, lend: boolean): Loading<LoadedPart>
  /** Once is enough, more does no harm. */
  close(): void
}

/** All that somebody needs who only looks. */
export type PartReader = Pick<LaneReader, 'load' | 'close'>
