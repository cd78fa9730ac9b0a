import type { Snapshot } from '../board/snapshot.js'

/** State of the page's connection. `cut`: the viewer answers, but has no NATS server. `lost`: the viewer does not answer. */
export type ConnectionState = 'waiting' | 'live' | 'cut' | 'lost'

interface Listeners {
  onSnapshot: (snapshot: Snapshot) => void
  onState: (state: ConnectionState) => void
}

/** Receives snapshots while the page is visible. After a lost connection the browser connects again by itself. */
export function connect({ onSnapshot, onState }: Listeners): void {
  let events: EventSource | undefined
  const open = (): void => {
    events = new EventSource('events')
    events.onmessage = ({ data }: MessageEvent<string>) => {
      const snapshot = JSON.parse(data) as Snapshot
      onState(snapshot.connected ? 'live' : 'cut')
      onSnapshot(snapshot)
    }
    events.onerror = () => {
      onState('lost')
      // The browser does not connect again after it was refused, for example by a viewer that was started again and has
      // another token. Only its new address helps then.
      if (events?.readyState === EventSource.CLOSED) setTimeout(open, 2000)
    }
  }
  document.addEventListener('visibilitychange', () => {
    events?.close()
    if (!document.hidden) open()
  })
  if (!document.hidden) open()
}
