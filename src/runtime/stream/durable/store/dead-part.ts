import type { MsgHdrs } from '@nats-io/transport-node'
import { isBytesKind, type BytesKind } from '../../../codec/index.js'
import type { ErrorRecord } from '../../../core/errors.js'
import {
  isCount,
  isErrorRecord,
  isMap,
  isMeasure,
  isName,
  mapOf,
  orAbsent,
  orNull,
} from '../../../core/message/forms.js'
import { parseJson } from '../../../core/message/parse-json.js'
import type { RetryPolicy } from '../../../core/stream/stream-options.js'

/** Name of the header that every part of a dead letter has; its value is JSON. */
export const DEAD_HEADER = 'Daffi-Dead'

/** Work with which a node's callback failed at its last attempt. */
interface FailedWork {
  call: string
  node: string
  error: ErrorRecord
  attempts: number
  /** Time when it was given up, in milliseconds since 1970. */
  time: number
  /** Type of the bytes; null for a value as MessagePack. */
  kind: BytesKind | null
  /** Bytes of the item, or of the job's arguments. */
  bytes: number
}

/** Item of a durable stream. */
export interface ItemLetter extends FailedWork {
  /** Name of the durable stream. */
  stream: string
  /** Id of the stream's epoch. */
  run: string
  /** Number of the item in that epoch. */
  item: number
}

/** Durable job, whose arguments are kept as one value. */
export interface JobLetter extends FailedWork {
  /** Id of the job. */
  job: string
  /** The only node that the job was for; null for any that offers the callback. */
  to: string | null
  /** Time that the callback may take, in milliseconds; 0 means no limit. */
  timeoutMs: number
  retry: RetryPolicy
  /** Digest of callback and arguments, of a job with an id of the caller's choice; null for others. */
  digest?: string | null
}

export type DeadLetter = ItemLetter | JobLetter

/** Header of every part. */
export type DeadPart = DeadLetter & { offset: number }

/** Header of one part, as it is stored. */
export interface PartHeader {
  id: number
  part: DeadPart
  /** Bytes of the part. */
  length: number
  subject: string
  /** Bytes on disk, about. */
  size: number
  /** Time when it was stored, by the server's clock. */
  time: number
}

const isPart = mapOf<FailedWork & { offset: number }>({
  call: isName,
  node: isName,
  error: isErrorRecord,
  attempts: isCount,
  time: isMeasure,
  kind: orNull(isBytesKind),
  bytes: isCount,
  offset: isCount,
})

const isOfItem = mapOf<Omit<ItemLetter, keyof FailedWork>>({ stream: isName, run: isName, item: isCount })
const isOfJob = mapOf<Omit<JobLetter, keyof FailedWork>>({
  job: isName,
  to: orNull(isName),
  timeoutMs: isMeasure,
  digest: orAbsent(orNull(isName)),
  retry: mapOf<RetryPolicy>({ attempts: isCount, delayMs: isMeasure, backoff: isMeasure }),
})

/** Header of a part of a dead letter; undefined for a message that is none. */
export function deadPartOf(head: MsgHdrs | undefined): DeadPart | undefined {
  const part = parseJson(head?.get(DEAD_HEADER) ?? '')
  const isLetter = isMap(part) && isPart(part) && (isOfJob(part) || isOfItem(part))
  return isLetter ? part : undefined
}
