import type { JetStreamManager } from '@nats-io/jetstream'
import { storedFrom, type DurableNames } from '../store/item-store.js'
import { firstItemOf, nextItemOf } from '../store/record-header.js'
import type { StreamEpoch } from './epoch.js'

/**
 * Number of the item after a sequence of the epoch. When retention has discarded the record of that sequence and the next
 * ones, it is estimated from the sequences, as if each record were as many items.
 */
export async function positionAfter(
  jsm: JetStreamManager,
  names: DurableNames,
  { start, next }: StreamEpoch,
  sequence: number,
): Promise<number> {
  if (sequence < start) return 0
  const kept = await storedFrom(jsm, names, sequence)
  if (!kept) return next
  const { header, length } = kept
  if (kept.sequence === sequence) return nextItemOf(header, length)
  const first = firstItemOf(header)
  if (kept.sequence === sequence + 1) return first
  return Math.round((first * (sequence + 1 - start)) / (kept.sequence - start))
}
