import type { JetStreamManager } from '@nats-io/jetstream'
import { DaffiError } from '../../../core/errors.js'
import type { DurableOpen } from '../../protocol/durable-messages.js'
import type { Open } from '../../protocol/messages.js'
import { callOf, lastStored, storeInfo } from '../store/item-store.js'

/**
 * Compares an invitation with the store: it must come from the session that has stored the last record, and be for the
 * store's callback. Anybody may send an invitation, and sessions that were superseded do, which would take the place of the
 * reader that is served.
 * @returns false when nothing is kept that could prove or disprove it
 * @throws DaffiError DAFFI_BAD_MESSAGE
 */
export async function isProven(
  jsm: JetStreamManager,
  { id, call }: Open,
  durable: DurableOpen,
): Promise<boolean> {
  const [last, info] = await Promise.all([lastStored(jsm, durable), storeInfo(jsm, durable.stream)])
  if (info && callOf(info) !== call) throw refusedInvitation(durable)
  if (!last) return false
  const { run, writer, start } = last.header
  if (writer !== id || run !== durable.run || start !== durable.start) throw refusedInvitation(durable)
  return true
}

/** Error for an invitation that is not from the session that writes the stream. */
export function refusedInvitation({ stream }: DurableOpen): DaffiError {
  return new DaffiError('DAFFI_BAD_MESSAGE', `another session writes ${stream}, or for another callback`)
}
