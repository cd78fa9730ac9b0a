import { Wakeup } from '../core/deferred.js'
import type { Arriving } from './intake.js'
import type { LaneReader } from './lanes/lane.js'

/** Parts of one chunk that are asked for at once. */
const CONCURRENCY = 8

interface LoaderOptions {
  lane: LaneReader
  /** Notified when a part was heard of. */
  heard: Wakeup
  signal: AbortSignal
  /** A part has been taken off the lane, or has turned out to be gone. */
  onPart: (bytes: number) => void
}

/** Loads and joins a chunk, whose later parts may not be there yet. Undefined when a part is gone or will not come. */
export async function loadChunk(
  chunk: Arriving,
  { lane, heard, signal, onPart }: LoaderOptions,
): Promise<Buffer | undefined> {
  let whole: Buffer | undefined
  let gone = false
  let asked = 0
  const loading = new Set<Promise<void>>()

  const load = async (part: Arriving['parts'][number]): Promise<void> => {
    const bytes = await lane.load(part.ref)
    onPart(part.length)
    if (bytes === undefined) {
      gone = true
    } else if (bytes.length === chunk.bytes) {
      whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    } else {
      whole ??= Buffer.allocUnsafeSlow(chunk.bytes)
      whole.set(bytes, part.offset)
    }
  }

  while (!gone && !signal.aborted) {
    const part = chunk.parts[asked]
    if (part && loading.size < CONCURRENCY) {
      asked++
      const pending = load(part)
      loading.add(pending)
      void pending.catch(() => undefined).then(() => loading.delete(pending))
    } else if (part) {
      await Promise.race(loading)
    } else if (chunk.complete) {
      break
    } else if (chunk.abandoned) {
      gone = true
    } else {
      await heard.wait()
    }
  }
  await Promise.all(loading)
  return gone || signal.aborted ? undefined : whole
}
