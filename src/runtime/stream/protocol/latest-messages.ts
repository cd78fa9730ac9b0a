import { decode, encode } from '../../codec/index.js'
import type { Lane } from '../../core/summary.js'
import type { LaneRef } from '../lanes/lane.js'
import type { ShmOffer } from '../lanes/shm/shm-writer.js'
import type { Part } from './messages.js'

export const newestSubject = (pipeline: string, id: string): string => `daffi.${pipeline}.stream.${id}.newest`

/** Asks for a stream's newest chunk. It is answered when there is one that begins at `from` or later. */
export interface NewestQuestion {
  from: number
  /** The lane that the asker would rather load it by. */
  lane: Lane
}

export interface NewestAnswer {
  /** Where the writer's shared memory is; null when there is none. */
  shm: ShmOffer | null
  /** All parts of the chunk, on one lane: the one asked for, if it is on that. */
  parts: Part[]
}

export const copySubject = (pipeline: string, id: string): string => `daffi.${pipeline}.stream.${id}.copy`

/** Asks for bytes of a part in shared memory. The answer is those, or nothing when the part is gone. */
export interface CopyQuestion {
  ref: LaneRef
  /** In the part. */
  offset: number
  length: number
}

export const encodeNewest = (message: NewestQuestion | NewestAnswer | CopyQuestion): Uint8Array =>
  encode(message)
export const decodeNewest = (bytes: Uint8Array): unknown => decode(bytes)
