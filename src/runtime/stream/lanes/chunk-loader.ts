import { Wakeup } from '../../core/deferred.js'
import type { IncomingChunk } from '../protocol/incoming-chunk.js'
import type { LoadedPart, Loading, PartReader } from './lane.js'

/** Parts of one chunk that are requested at once. */
const CONCURRENCY = 8

/** Listener for the end of a part's use: it was loaded, its loan was returned, or it is gone. */
export interface PartListener {
  onPartDone(bytes: number): void
}

interface LoaderOptions {
  lane: PartReader
  /** Allows memory on loan from the lane. */
  loan: boolean
  /** Notified when a part was announced. */
  announced: Wakeup
  signal: AbortSignal
  listener?: PartListener
}

/** Bytes of a chunk. `release` is set when they are on loan, and must be called once they are not needed any more. */
export interface LoadedChunk {
  bytes: Buffer
  release: (() => void) | undefined
}

/** Bytes of a chunk that stay valid when their loan has ended. */
export function keptBytes({ bytes, release }: LoadedChunk): Buffer {
  return release ? Buffer.from(new Uint8Array(bytes).buffer) : bytes
}

/**
 * Loads and joins a chunk, whose later parts may not have been announced yet. Undefined when a part is gone or will not
 * come.
 */
export function loadChunk(chunk: IncomingChunk, options: LoaderOptions): Loading<LoadedChunk> {
  return chunk.complete && chunk.parts.length === 1 ? loadOne(chunk, options) : loadParts(chunk, options)
}

function loadOne(
  { bytes, parts }: IncomingChunk,
  { lane, loan, listener }: LoaderOptions,
): Loading<LoadedChunk> {
  const onDone = (): void => listener?.onPartDone(bytes)
  const chunkOf = (loaded: LoadedPart | undefined): LoadedChunk | undefined => {
    if (!loaded?.release) onDone()
    if (!loaded) return undefined
    const { buffer, byteOffset, byteLength } = loaded.bytes
    return { bytes: Buffer.from(buffer, byteOffset, byteLength), release: loaded.release }
  }
  // eslint-disable-next-line no-restricted-syntax -- filled: a lane gives a part in its whole length, or not at all
  const memory = (): Buffer => Buffer.allocUnsafeSlow(bytes)
  const loading = lane.load(parts[0]?.ref ?? [], bytes, memory, loan ? onDone : undefined)
  return loading instanceof Promise ? loading.then(chunkOf) : chunkOf(loading)
}

async function loadParts(
  chunk: IncomingChunk,
  { lane, loan, announced, signal, listener }: LoaderOptions,
): Promise<LoadedChunk | undefined> {
  let whole: Buffer | undefined
  let endLoan: (() => void) | undefined
  let gone = false
  let requested = 0
  const loading = new Set<Promise<void>>()

  const load = async (part: IncomingChunk['parts'][number]): Promise<void> => {
    const memory = (): Buffer => {
      // eslint-disable-next-line no-restricted-syntax -- filled: parts follow each other without gaps, each in its whole length
      whole ??= Buffer.allocUnsafeSlow(chunk.bytes)
      return whole.subarray(part.offset, part.offset + part.length)
    }
    const onDone = (): void => listener?.onPartDone(part.length)
    const mayLend = loan && part.length === chunk.bytes
    const { bytes, release } =
      (await lane.load(part.ref, part.length, memory, mayLend ? onDone : undefined)) ?? {}
    if (release) endLoan = release
    else onDone()
    if (bytes === undefined) gone = true
    else if (bytes.length === chunk.bytes)
      whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    else if (bytes.buffer !== whole?.buffer) memory().set(bytes)
  }

  while (!gone && !signal.aborted) {
    const part = chunk.parts[requested]
    if (part && loading.size < CONCURRENCY) {
      requested++
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
      await announced.wait()
    }
  }
  await Promise.all(loading)
  if (!gone && !signal.aborted && whole) return { bytes: whole, release: endLoan }
  endLoan?.()
  return undefined
}
