import type { StreamSummary } from '../../core/plan/summary.js'
import { answerStatus, type StreamStatus } from '../../status/index.js'
import type { ShmLaneWriter } from '../lanes/shm/shm-writer.js'
import type { Part } from '../protocol/messages.js'
import type { StreamContext } from '../protocol/ports.js'
import { LatestChunk } from './latest-chunk.js'
import { serveCopies } from './serve-copies.js'

/** Serves a stream's observers, at its writer: answers with the stream's summary, and where its latest item lies. */
export class StreamMonitor {
  readonly #latest: LatestChunk
  readonly #cleanup: (() => void)[]

  /** @param account gives the stream's present summary */
  constructor(context: StreamContext, account: { summary(): StreamSummary }, shm: ShmLaneWriter | undefined) {
    const { id, ports, connections } = context
    this.#latest = new LatestChunk(context, shm?.descriptor ?? null)
    const status = (): StreamStatus => ({
      what: 'stream',
      id,
      frames: framesOf(this.#latest.head),
      ring: shm?.usage ?? null,
      summary: account.summary(),
    })
    this.#cleanup = [
      () => this.#latest.close(),
      answerStatus(connections.control, ports.pipeline, status),
      ...(shm ? [serveCopies(context, shm)] : []),
    ]
  }

  /** Registers a part that can be loaded from now on. */
  onPart(part: Part): void {
    this.#latest.onPart(part)
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
