import type { Snapshot } from '../board/snapshot.js'
import { eventsOf } from './events.js'
import { request } from './token.js'

/**
 * State of the page's connection. `cut`: the viewer answers, but has no NATS server. `lost`: the viewer does not answer.
 * `refused`: it answers, and this page has not its token. `locked`: the password helps then.
 */
export type ConnectionState = 'waiting' | 'live' | 'cut' | 'lost' | 'refused' | 'locked'

interface Listeners {
  onSnapshot: (snapshot: Snapshot) => void
  onState: (state: ConnectionState) => void
}

const RETRY_DELAY_MS = 2000

/** Receives snapshots while the page is visible, and connects again after a connection was lost. */
export function connect({ onSnapshot, onState }: Listeners): void {
  let current = new AbortController()
  const receive = async (signal: AbortSignal): Promise<void> => {
    const { body, status, headers } = await request('events', signal)
    // Another run of the viewer has another token. Only its address helps then, or the password where there is one.
    if (status === 401) onState(headers.has('www-authenticate') ? 'locked' : 'refused')
    if (status !== 200 || !body) return
    for await (const data of eventsOf(body)) {
      const snapshot = JSON.parse(data) as Snapshot
      onState(snapshot.connected ? 'live' : 'cut')
      onSnapshot(snapshot)
    }
    onState('lost')
  }
  const open = async ({ signal }: AbortController): Promise<void> => {
    while (!signal.aborted) {
      await receive(signal).catch(() => {
        if (!signal.aborted) onState('lost')
      })
      await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS))
    }
  }
  const follow = (): void => {
    current.abort()
    if (document.hidden) return
    current = new AbortController()
    void open(current)
  }
  document.addEventListener('visibilitychange', follow)
  follow()
}
