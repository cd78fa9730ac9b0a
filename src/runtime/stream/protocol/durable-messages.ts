import { encode } from '../../codec/index.js'
import type { ErrorRecord } from '../../core/errors.js'
import type { ReceiverState } from '../../core/summary.js'

/** What a receiver of a durable stream says of itself, on the stream's `progress` subject. */
export interface DurableProgress {
  node: string
  incarnation: string
  state: ReceiverState
  /** Number of the first item that this run of the node was given. */
  first: number
  /** Number after the last item that it is done with. */
  position: number
  /** Sequence up to which all is acknowledged. */
  floor: number
  failed: number
  /** Discarded by the stream's retention before it came. */
  lost: number
  /** Of a shared stream: subjects on which what it has in hand would be acknowledged, or handed back for it. */
  holds?: string[]
  error: ErrorRecord | null
  latencyMs: { p50: number; p99: number } | null
}

/** What `open` tells the receivers of a durable stream besides. */
export interface DurableOpen {
  stream: string
  subject: string
  run: string
  /** Sequence of the run's first message. */
  start: number
  /** Milliseconds after which an idle consumer is removed. */
  ageMs: number
}

export const encodeProgress = (progress: DurableProgress): Uint8Array => encode(progress)

/** Name of the consumer from which all receivers of a shared run take. */
export const sharedConsumerName = (run: string): string => run

/** Name of the consumer that keeps a node's place in a run. */
export const consumerName = (node: string, run: string): string => `${node}-${run}`

export const consumerNode = (consumer: string, run: string): string | undefined =>
  consumer.endsWith(`-${run}`) ? consumer.slice(0, -run.length - 1) : undefined
