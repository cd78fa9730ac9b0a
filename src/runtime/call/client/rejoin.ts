import type { NatsConnection } from '@nats-io/transport-node'
import { DaffiError } from '../../core/errors.js'
import type { HeartbeatThread } from '../presence/heartbeat-thread.js'
import type { Presence } from '../presence/presence.js'

interface RejoinOptions {
  nc: NatsConnection
  heartbeat: HeartbeatThread
  presence: Presence
  /** Parts of the node that may have missed messages as well. */
  others: { refresh: () => Promise<void> }[]
  /** Called when another process has the name by now. */
  onNameLost: (error: DaffiError) => void
}

/**
 * Claims the name again after each reconnect, and each time when this process stood still, then has the other parts read what
 * they may have missed. Ends with the connection and the heartbeat thread.
 */
export function rejoinAfterBreaks({ nc, heartbeat, presence, others, onNameLost }: RejoinOptions): void {
  const rejoin = async (): Promise<void> => {
    await presence.rejoin().catch((error: unknown) => {
      if (error instanceof DaffiError && error.code === 'DAFFI_DUPLICATE_NAME') onNameLost(error)
    })
    await Promise.allSettled(others.map((each) => each.refresh()))
  }
  const followServer = async (): Promise<void> => {
    for await (const { type } of nc.status()) if (type === 'reconnect') await rejoin()
  }
  heartbeat.onStoodStill(() => void rejoin())
  void followServer()
}
