import type { Snapshot } from '../snapshot.js'

export type ConnectionState = 'waiting' | 'live' | 'lost'

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
      onState('live')
      onSnapshot(JSON.parse(data) as Snapshot)
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
