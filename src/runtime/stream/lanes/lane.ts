/** Where a part lies, in the lane's own words. */
export type LaneRef = unknown[]

/** The writer's end of a lane: keeps parts until readers have loaded them, or newer ones need the room. */
export interface LaneWriter {
  /** The most bytes that a part can have. */
  readonly partBytes: number
  /**
   * Resolves when readers can load the part. Undefined: it could not be stored, which a live stream counts as dropped.
   * @throws DaffiError DAFFI_STREAM_LOST when what is stored is gone, and the stream may lose nothing
   */
  store(part: Uint8Array): Promise<LaneRef | undefined>
  /** Leaves nothing behind. */
  close(): Promise<void>
}

/** A receiver's end of a lane. */
export interface LaneReader {
  /** The part's bytes; undefined when they are gone. */
  load(ref: LaneRef): Promise<Uint8Array | undefined>
  close(): void
}
