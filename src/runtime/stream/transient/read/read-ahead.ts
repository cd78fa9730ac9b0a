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

  /** Takes the first chunk, which counts as ahead until `onLoaded`. */
  take(): ChunkAhead | undefined {
    return this.#chunks.shift()
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
