import type { ReceiverLifecycle } from '../../common/read/receiver-lifecycle.js'
import { loadChunk, type LoadedChunk } from '../../lanes/chunk-loader.js'
import type { LaneReader, Loading } from '../../lanes/lane.js'
import type { IncomingChunk } from '../../protocol/incoming-chunk.js'
import type { Open } from '../../protocol/messages.js'
import type { ReaderSession } from './reader-session.js'

interface ReadAheadOptions {
  open: Pick<Open, 'delivery'>
  lane: LaneReader
  /** Allows memory on loan from the lane. */
  borrow: boolean
  lifecycle: ReceiverLifecycle
}

/** Chunk that is being loaded, and the session that it is for. */
export interface ChunkAhead {
  chunk: IncomingChunk
  session: ReaderSession
  bytes: Loading<LoadedChunk>
}

/** Chunks that are loaded before their turn comes, in order: as many as the delivery and the lane allow. */
export class ReadAhead {
  readonly #options: ReadAheadOptions
  /** A live chunk that is loaded early grows stale. */
  readonly #limit: number
  #chunks: ChunkAhead[] = []
  #taken: ChunkAhead | undefined
  /** Bytes of these chunks, and of those that were taken and are still being loaded. */
  #bytes = 0

  constructor(options: ReadAheadOptions) {
    this.#options = options
    this.#limit = options.open.delivery === 'live' ? 0 : options.lane.ahead
  }

  /** Begins to load the session's next chunks. */
  fill(session: ReaderSession): void {
    const { lane, borrow, lifecycle } = this.#options
    while (this.#chunks.length === 0 || this.#bytes < this.#limit) {
      const chunk = session.queue.take()
      if (!chunk) return
      this.#bytes += chunk.bytes
      const bytes = loadChunk(chunk, {
        lane,
        loan: borrow && chunk.kind !== null,
        announced: lifecycle.changed,
        signal: lifecycle.signal,
        listener: session,
      })
      // Awaited in its turn; until then a failure is not an unhandled one.
      if (bytes instanceof Promise) bytes.catch(() => undefined)
      this.#chunks.push({ chunk, session, bytes })
    }
  }

  get length(): number {
    return this.#chunks.length
  }

  /** First chunk that was not taken. */
  get head(): ChunkAhead | undefined {
    return this.#chunks[0]
  }

  /** Chunk that was taken last, until `onProcessed`. */
  get taken(): ChunkAhead | undefined {
    return this.#taken
  }

  /** Takes the first chunk, which counts as ahead until `onLoaded`. */
  take(): ChunkAhead | undefined {
    return (this.#taken = this.#chunks.shift())
  }

  /** Notes that the chunk that was taken is processed. */
  onProcessed(): void {
    this.#taken = undefined
  }

  /** Number of the session's first item that was not taken. */
  next(session: ReaderSession): number {
    const { head } = this
    return head?.session === session ? head.chunk.first : session.queue.oldest
  }

  /** Number of the session's items that newer ones have pushed out since the last one was begun. */
  skipped(session: ReaderSession | undefined): number {
    if (!session) return 0
    const { chunk, session: of } = this.#taken ?? {}
    const from = chunk && of === session ? chunk.first + chunk.count : session.delivery.position
    return Math.max(0, this.next(session) - from)
  }

  onLoaded({ chunk }: ChunkAhead): void {
    this.#bytes -= chunk.bytes
  }

  /** Drops all chunks, and gives their loans back. */
  async discard(): Promise<void> {
    const chunks = this.#chunks
    this.#chunks = []
    for (const each of chunks) this.onLoaded(each)
    for (const { bytes } of chunks) (await Promise.resolve(bytes).catch(() => undefined))?.release?.()
  }
}
