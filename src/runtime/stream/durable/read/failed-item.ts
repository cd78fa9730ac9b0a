import { encodeItem } from '../../../codec/index.js'
import { toErrorRecord } from '../../../core/errors.js'
import type { Open } from '../../protocol/messages.js'
import type { Deliver } from '../../transient/read/stream-reader.js'
import { retryFailed } from '../../common/read/retry.js'
import type { DeadLetters } from '../store/dead-letters.js'
import type { DurableOpen } from '../../protocol/durable-messages.js'

export interface FailedItemOptions {
  open: Open
  durable: DurableOpen
  self: { name: string }
  deliver: Deliver
  dead: DeadLetters
  /** Name of the stream, for dead letters. */
  name: string
  signal: AbortSignal
}

interface FailedItem {
  item: unknown
  number: number
  redelivered: boolean
  failure: unknown
}

/**
 * Gives the callback an item again that it has failed with, where the stream says so; when that does not help it becomes a
 * dead letter. Undefined: the stream ended before the last attempt, so the item is still to be done.
 */
export async function settleFailed(
  { item, number, redelivered, failure }: FailedItem,
  { open, durable, self, deliver, dead, name, signal }: FailedItemOptions,
): Promise<'processed' | 'failed' | undefined> {
  if (open.onError === 'skip') return 'failed'
  let error: unknown
  try {
    error = await retryFailed(() => deliver(item, redelivered), failure, { policy: open.retry, signal })
  } catch (reason) {
    if (signal.aborted) return undefined
    throw reason
  }
  if (error === undefined) return 'processed'
  if (signal.aborted) return undefined
  const { kind, bytes } = encodeItem(item, number)
  await dead.add(
    {
      call: open.call,
      stream: name,
      run: durable.run,
      node: self.name,
      item: number,
      error: toErrorRecord(error),
      attempts: open.retry.attempts,
      time: Date.now(),
      kind: kind ?? null,
      bytes: bytes.length,
    },
    bytes,
  )
  return 'failed'
}
