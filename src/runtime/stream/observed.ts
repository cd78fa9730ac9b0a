import type { StreamSummary } from '../core/summary.js'
import { answerStatus } from '../status/index.js'
import type { ShmOffer } from './lanes/shm/shm-writer.js'
import type { Part } from './messages.js'
import { Newest } from './newest/newest.js'
import type { StreamConnections, StreamPorts } from './ports.js'

interface ObservedOptions {
  id: string
  ports: StreamPorts
  connections: StreamConnections
  shm: ShmOffer | null
  summary: () => StreamSummary
}

/** What a stream's writer does for those who only look: it says how the stream is, and where its newest item lies. */
export class Observed {
  readonly #newest: Newest
  readonly #close: () => void

  constructor({ id, ports, connections, shm, summary }: ObservedOptions) {
    const { control: nc } = connections
    const { pipeline } = ports
    this.#newest = new Newest({ nc, pipeline, id, shm })
    this.#close = answerStatus(nc, pipeline, () => ({
      what: 'stream',
      id,
      frames: framesOf(this.#newest.head),
      summary: summary(),
    }))
  }

  hear(part: Part): void {
    this.#newest.hear(part)
  }

  close(): void {
    this.#newest.close()
    this.#close()
  }
}

function framesOf(head: Part | undefined) {
  if (head?.kind?.[0] !== 'frame') return null
  const [, width, height, format] = head.kind
  return { width, height, format }
}
