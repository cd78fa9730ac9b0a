import { decode, encode } from '../../codec/index.js'
import type { Lane } from '../../core/summary.js'
import type { ShmOffer } from '../lanes/shm/shm-writer.js'
import type { Part } from '../messages.js'

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

export const encodeNewest = (message: NewestQuestion | NewestAnswer): Uint8Array => encode(message)
export const decodeNewest = (bytes: Uint8Array): unknown => decode(bytes)
