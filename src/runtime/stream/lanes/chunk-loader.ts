import { Wakeup } from '../../core/deferred.js'
import type { Arriving } from '../transient/read/chunk-queue.js'
import type { LoadedPart, Loading, PartReader } from './lane.js'

/** Parts of one chunk that are asked for at once. */
const CONCURRENCY = 8

interface LoaderOptions {
  lane: PartReader
  /** The callback is content with memory that is the lane's own. */
  lend: boolean
  /** Notified when a part was heard of. */
  heard: Wakeup
  signal: AbortSignal
  /** A part has been taken off the lane, given back to it, or has turned out to be gone. */
  onPart: (bytes: number) => void
}

/** `release` must be called when the bytes were lent, and are not needed any more. */
export interface LoadedChunk {
  bytes: Buffer
  release: (() => void) | undefined
}

/** Loads and joins a chunk, whose later parts may not be there yet. Undefined when a part is gone or will not come. */
export function loadChunk(chunk: Arriving, options: LoaderOptions): Loading<LoadedChunk> {
  return chunk.complete && chunk.parts.length === 1 ? loadOne(chunk, options) : loadParts(chunk, options)
}

function loadOne({ bytes, parts }: Arriving, { lane, lend, onPart }: LoaderOptions): Loading<LoadedChunk> {
  const chunkOf = (loaded: LoadedPart | undefined): LoadedChunk | undefined => {
    if (!loaded?.release) onPart(bytes)
    if (!loaded) return undefined
    const { buffer, byteOffset, byteLength } = loaded.bytes
    const giveBack = loaded.release
    const release =
      giveBack &&
      ((): void => {
        giveBack()
        onPart(bytes)
      })
    return { bytes: Buffer.from(buffer, byteOffset, byteLength), release }
  }
  const loading = lane.load(parts[0]?.ref ?? [], bytes, () => Buffer.allocUnsafeSlow(bytes), lend)
  return loading instanceof Promise ? loading.then(chunkOf) : chunkOf(loading)
}

async function loadParts(
  chunk: Arriving,
  { lane, lend, heard, signal, onPart }: LoaderOptions,
): Promise<LoadedChunk | undefined> {
  let whole: Buffer | undefined
  let lent: (() => void) | undefined
  let gone = false
  let asked = 0
  const loading = new Set<Promise<void>>()

  const load = async (part: Arriving['parts'][number]): Promise<void> => {
    const memory = (): Buffer => {
      whole ??= Buffer.allocUnsafeSlow(chunk.bytes)
      return whole.subarray(part.offset, part.offset + part.length)
    }
    const loaded = await lane.load(part.ref, part.length, memory, lend && part.length === chunk.bytes)
    const { bytes, release } = loaded ?? {}
    if (release) {
      lent = () => {
        release()
        onPart(part.length)
      }
    } else {
      onPart(part.length)
    }
    if (bytes === undefined) gone = true
    else if (bytes.length === chunk.bytes)
      whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    else if (bytes.buffer !== whole?.buffer) memory().set(bytes)
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
  if (!gone && !signal.aborted && whole) return { bytes: whole, release: lent }
  lent?.()
  return undefined
}
