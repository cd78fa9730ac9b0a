import type { Lane } from '../../core/plan/summary.js'
import type { LaneRef } from '../protocol/refs.js'

/**
 * Stored parts that receivers have not loaded yet. All positions are weights (`partWeight`), summed from the start of the
 * stream.
 */
export interface Demand {
  /** Position of the slowest receiver; `stored`, the position of the writer, when all have loaded everything. */
  slowest(stored: number): number
  /** Whether a receiver has not loaded the part that ends at this position. */
  needs(end: number): boolean
}

/** Writer's end of a lane: keeps parts until readers have loaded them, or newer parts need the room. */
export interface LaneWriter {
  /** Number of announcements that may wait for each other while the source does not pause. */
  readonly maxUnannounced: number
  /** Largest part, in bytes, of a chunk that has so many bytes. */
  partBytes(chunkBytes: number): number
  /**
   * Whether a part may be stored now.
   * @param weight of the part
   * @param stored weight of all that was stored
   * @param demand weight of what readers have not loaded of it
   */
  hasRoom(weight: number, stored: number, demand: Demand): boolean
  /**
   * Stores a part; resolves when readers can begin to load it. Undefined: it was not stored, which a live stream counts as
   * dropped.
   * @param end position of the part's end
   * @throws DaffiError DAFFI_STREAM_LOST when stored parts are gone, and the stream may lose nothing
   */
  store(part: Uint8Array, end: number): Promise<LaneRef | undefined>
  /**
   * Forwards a part: it stays where it lies, on loan from another stream, and readers load it from there. Undefined: it is to be
   * stored like any other.
   * @param end position of the part's end
   */
  forward?(part: Uint8Array, end: number, demand: Demand): LaneRef | undefined
  /** Pending while the lane still reads the memory of the part stored last. */
  readonly reading?: Promise<void> | undefined
  /**
   * Called when a part has been announced that is complete only after that.
   * @param isThere whether the announcement is with all receivers, and not on its way to the server
   */
  onAnnounced?(isThere: boolean): void
  /** Removes everything that the lane keeps. */
  close(): Promise<void>
}

/** Result of a load; undefined when the part is gone. Not a promise when loading takes no time. */
export type Loading<Loaded> = Loaded | undefined | Promise<Loaded | undefined>

/** Bytes of a part. With `release` they are on loan: the lane's own memory, valid until `release` is called. */
export interface LoadedPart {
  bytes: Uint8Array
  release?: () => void
}

/** Receiver's end of a lane. */
export interface LaneReader {
  readonly name: Lane
  /** Bytes to load ahead; 0 where loading takes no time. */
  readonly ahead: number
  /** Credit is reported after so many parts or so many bytes, whichever is first. */
  readonly credit: { parts: number; bytes: number }
  /**
   * Announces that the next parts will be loaded at once, so that the server may push them. Live streams only.
   * @param bytes expected, in so many parts
   */
  expect?(bytes: number, parts: number): void
  /**
   * Loads a part, in its whole length or not at all.
   * @param length of the part in bytes
   * @param into gives memory for a copy, for lanes that need one
   * @param onReturned allows the lane to return its own memory, and is called when that is not in use any more: some time after it
   * was released, where the part is forwarded to another stream meanwhile
   */
  load(ref: LaneRef, length: number, into: () => Uint8Array, onReturned?: () => void): Loading<LoadedPart>
  /** Releases the lane's resources. Can be called more than once. */
  close(): void
}

/** Subset of `LaneReader` that observers use. */
export type PartReader = Pick<LaneReader, 'load' | 'close'>
