import type { BytesKind } from '../../codec/index.js'

/**
 * File with the items' bytes, one item after the other, beside the index (`RECORDING_INDEX`, one JSON object per line) in
 * the folder of a recording. Bytes and frames are stored raw, other values in MessagePack, as in docs/protocol.md.
 */
export const RECORDING_DATA = 'items.bin'

/** First line of the index. */
export interface RecordingHeader {
  format: 'daffi-recording'
  version: 1
}

/** Any further line of the index. */
export interface RecordedItem {
  /** Kind of the raw bytes; null for a value in MessagePack. */
  kind: BytesKind | null
  bytes: number
}

export const RECORDING_HEADER: RecordingHeader = { format: 'daffi-recording', version: 1 }

/** Private to the user, as recordings may show people. */
export const FOLDER_MODE = 0o700
export const FILE_MODE = 0o600
