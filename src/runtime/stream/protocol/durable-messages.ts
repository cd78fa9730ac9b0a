import type { ErrorRecord } from '../../core/errors.js'
import type { ReceiverState } from '../../core/plan/summary.js'

/** Progress of a receiver of a durable stream, on the stream's `progress` subject. */
export interface DurableProgress {
  node: string
  incarnation: string
  /** Random id of the reader that counts: a node that joins the stream again has a new one, which begins at zero. */
  reader: string
  state: ReceiverState
  /** Number of the first item that this reader was given. */
  first: number
  /** Number after the last item that it has finished. */
  position: number
  /** Ack floor of its consumer. */
  floor: number
  /** Sequence of the first record that the stream kept when this reader began; absent in a shared stream. */
  kept?: number
  failed: number
  /** Present where the stream is a side of a join. */
  unmatched?: number
  /** Items that the stream's retention discarded before they came. */
  lost: number
  /** Present in a shared stream: subjects on which its pending chunks are acknowledged or handed back. */
  holds?: string[]
  error: ErrorRecord | null
  latencyMs: { p50: number; p99: number } | null
}

/** Field of `open` that only a durable stream has. `run` is the id of the stream's epoch. */
export interface DurableOpen {
  stream: string
  subject: string
  run: string
  /** Sequence of the epoch's first record. */
  start: number
  /** Milliseconds after which the server removes an idle consumer. */
  ageMs: number
}

/** Subject on which a durable stream's records are published. */
export const durableSubject = (pipeline: string, name: string): string =>
  `daffi.${pipeline}.stream.${name}.durable`

/** Name of the consumer that all receivers of a shared epoch pull from. */
export const sharedConsumerName = (epoch: string): string => epoch

/** Name of a node's own consumer of an epoch. */
export const consumerName = (node: string, epoch: string): string => `${node}-${epoch}`

/** Node whose consumer of the epoch has that name; undefined for other consumers. */
export const consumerNode = (consumer: string, epoch: string): string | undefined =>
  consumer.endsWith(`-${epoch}`) ? consumer.slice(0, -epoch.length - 1) : undefined
