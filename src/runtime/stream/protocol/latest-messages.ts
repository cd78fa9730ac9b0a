import { encode } from '../../codec/index.js'
import type { Lane } from '../../core/plan/summary.js'
import type { Part } from './messages.js'
import type { LaneRef, ShmDescriptor } from './refs.js'

export const latestSubject = (pipeline: string, id: string): string => `daffi.${pipeline}.stream.${id}.newest`

/** Request for a stream's latest chunk, answered when there is one that begins at item `from` or later. */
export interface LatestRequest {
  from: number
  /** Lane that the observer prefers. */
  lane: Lane
}

export interface LatestResponse {
  /** The writer's shared memory; null when it has none. */
  shm: ShmDescriptor | null
  /** All parts of the chunk on one lane: the preferred one, if the chunk is on that. */
  parts: Part[]
}

export const copySubject = (pipeline: string, id: string): string => `daffi.${pipeline}.stream.${id}.copy`

/** Request for bytes of a part in shared memory. The response is empty when the part is gone. */
export interface CopyRequest {
  ref: LaneRef
  /** Position in the part, in bytes. */
  offset: number
  length: number
}

export const encodeLatest = (message: LatestRequest | LatestResponse | CopyRequest): Uint8Array =>
  encode(message)
