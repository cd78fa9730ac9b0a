import type { BytesKind } from '../../codec/index.js'
import type { Origin } from '../../core/stream/origin.js'
import type { ItemKey, Part } from './messages.js'

/** A chunk as a receiver knows it: its description, and the parts announced so far. */
export interface IncomingChunk {
  first: number
  count: number
  /** The first item's number in the stream. */
  item: number
  kind: BytesKind | null
  bytes: number
  time: number
  origin?: Origin | true | undefined
  /** Key of the only item, where the stream is shared by key. */
  key?: ItemKey | undefined
  parts: Part[]
  complete: boolean
  /** Whether its missing parts will not come, because newer chunks have been announced. */
  abandoned: boolean
}
