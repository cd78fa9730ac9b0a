import type { StreamSummary } from '../../core/summary.js'
import { answerStatus, type StreamStatus } from '../../status/index.js'
import type { ShmLaneWriter } from '../lanes/shm/shm-writer.js'
import type { Part } from '../protocol/messages.js'
import { giveCopies } from './serve-copies.js'
import { Newest } from './latest-chunk.js'
import type { StreamConnections, StreamPorts } from '../protocol/ports.js'

interface ObservedOptions {
  id: string
  ports: StreamPorts
  connections: StreamConnections
  shm: ShmLaneWriter | undefined
  summary: () => StreamSummary
}

/** What a stream's writer does for those who only look: it says how the stream is, and where its newest item lies. */
export class Observed {
  readonly #newest: Newest
  readonly #cleanup: (() => void)[]

  constructor({ id, ports, connections, shm, summary }: ObservedOptions) {
    const { control: nc } = connections
    const { pipeline } = ports
    this.#newest = new Newest({ nc, pipeline, id, shm: shm?.offer ?? null })
    const status = (): StreamStatus => ({
      what: 'stream',
      id,
      frames: framesOf(this.#newest.head),
      summary: summary(),
    })
    this.#cleanup = [
      () => this.#newest.close(),
      answerStatus(nc, pipeline, status),
      ...(shm ? [giveCopies(connections, pipeline, id, shm)] : []),
    ]
  }

  hear(part: Part): void {
    this.#newest.hear(part)
  }

  close(): void {
    for (const undo of this.#cleanup) undo()
  }
}

function framesOf(head: Part | undefined): StreamStatus['frames'] {
  if (head?.kind?.[0] !== 'frame') return null
  const [, width, height, format] = head.kind
  return { width, height, format }
}
