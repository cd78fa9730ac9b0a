import { setTimeout as delay } from 'node:timers/promises'
import type { NatsConnection } from '@nats-io/transport-node'
import { DaffiError } from '../../core/errors.js'
import type { Presence } from '../presence/presence.js'

/**
 * Claims the name again after each reconnect, then has the others read what they may have missed. Returns when the
 * connection is closed for good.
 * @param onNameLost called when another process has the name by then
 */
export async function rejoinOnReconnect(
  nc: NatsConnection,
  presence: Presence,
  others: { refresh: () => Promise<void> }[],
  onNameLost: (error: DaffiError) => void,
): Promise<void> {
  for await (const status of nc.status()) {
    if (status.type !== 'reconnect') continue
    await presence.rejoin().catch((error: unknown) => {
      if (error instanceof DaffiError && error.code === 'DAFFI_DUPLICATE_NAME') onNameLost(error)
    })
    await Promise.allSettled(others.map((each) => each.refresh()))
  }
}

/**
 * Compares again and again what this process knows with what the server has, since a message may be missed without a
 * reconnect. Returns when the signal aborts.
 */
export async function recheckRepeatedly(
  rechecks: (() => Promise<void>)[],
  intervalMs: number,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await delay(intervalMs, undefined, { signal, ref: false }).catch(() => undefined)
    if (signal.aborted) return
    await Promise.allSettled(rechecks.map((recheck) => recheck()))
  }
}
