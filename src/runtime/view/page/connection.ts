import type { Snapshot } from '../board/snapshot.js'

/** `cut`: the viewer is there, the NATS server is not. `lost`: the viewer is not. */
export type ConnectionState = 'waiting' | 'live' | 'cut' | 'lost'

interface Listeners {
  onSnapshot: (snapshot: Snapshot) => void
  onState: (state: ConnectionState) => void
}

/** Gets snapshots for as long as the page is in sight; the browser connects again by itself. */
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
      // Refused for good, as a viewer that was started again has another token: nothing but a new address helps.
      if (events?.readyState === EventSource.CLOSED) setTimeout(open, 2000)
    }
  }
  document.addEventListener('visibilitychange', () => {
    events?.close()
    if (!document.hidden) open()
  })
  if (!document.hidden) open()
}
