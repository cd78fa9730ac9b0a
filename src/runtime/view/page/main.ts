import type { Snapshot } from '../snapshot.js'

const events = new EventSource('events')
events.onmessage = (event: MessageEvent<string>) => {
  const snapshot = JSON.parse(event.data) as Snapshot
  document.title = snapshot.pipeline
}
