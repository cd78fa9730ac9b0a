import { setTimeout as delay } from 'node:timers/promises'
import type { NatsConnection } from '@nats-io/transport-node'
import { backoffMs, type Backoff } from '../../core/backoff.js'
import type { HeartbeatThread } from '../presence/heartbeat-thread.js'
import type { Presence } from '../presence/presence.js'

const RETRY: Backoff = { firstMs: 250, factor: 2, maxMs: 5000 }

interface RejoinOptions {
  nc: NatsConnection
  heartbeat: HeartbeatThread
  presence: Presence
  /** Parts of the node that may have missed messages as well. */
  others: { refresh: () => Promise<void> }[]
}

/**
 * Claims the name again after each reconnect, and each time when this process stood still, then has the other parts read what
 * they may have missed. Ends with the connection and the heartbeat thread.
 */
export function rejoinAfterBreaks({ nc, heartbeat, presence, others }: RejoinOptions): void {
  let breaks = 0
  const rejoin = async (): Promise<void> => {
    const at = ++breaks
    // JetStream starts a little later than the server does; a later break begins anew.
    for (let failed = 0; at === breaks && !nc.isClosed(); failed++) {
      try {
        if (!(await presence.rejoin())) return
        break
      } catch {
        await delay(backoffMs(RETRY, failed), undefined, { ref: false })
      }
    }
    await Promise.allSettled(others.map((each) => each.refresh()))
  }
  const followServer = async (): Promise<void> => {
    // Not awaited: the next break may come before this one is mended.
    for await (const { type } of nc.status()) if (type === 'reconnect') void rejoin()
  }
  heartbeat.onStoodStill(() => void rejoin())
  void followServer()
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
