import type { BytesKind } from '../../codec/index.js'

/**
 * A recording is a folder with the index (see `RECORDING_INDEX`), which is JSON by lines, and the items' bytes one after
 * the other in this file: what travels as raw bytes as it is, everything else in MessagePack, as docs/protocol.md says.
 */
export const RECORDING_DATA = 'items.bin'

/** The index's first line. */
export interface RecordingHeader {
  format: 'daffi-recording'
  version: 1
}

/** Each further line of the index. */
export interface RecordedItem {
  /** What the bytes are; null for a value in MessagePack. */
  kind: BytesKind | null
  bytes: number
}

export const HEADER: RecordingHeader = { format: 'daffi-recording', version: 1 }

/** A picture of somebody's room is nobody else's business. */
export const FOLDER_MODE = 0o700
export const FILE_MODE = 0o600
