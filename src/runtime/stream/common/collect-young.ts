import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { MIB } from '../../core/bytes.js'
import { tunesProcess } from '../../core/process/process-tuning.js'

/** Bytes of items between two collections: two or three frames, which then take turns in memory that is still in the cache. */
const MIN_INTERVAL = 8 * MIB
/** Bytes after which V8 collects young objects itself. */
const MAX_INTERVAL = 32 * MIB
/** Bytes that an item is taken to have at least, since it leaves objects too. */
const LEAST_BYTES = 64 * 1024

type Collect = (options: { type: 'minor' }) => void

let collect: Collect | undefined
let interval = MIN_INTERVAL
let done = 0
/** Bytes of buffers that V8 knew of at the last collection. */
let before = 0

/**
 * Collects young objects between two items, once items of enough bytes are done with. V8 would do so after 32 MiB of buffers and in
 * the middle of an item; the memory of five frames would take turns, which is no longer in the processor's cache when it is
 * used again. Collected more often, the memory of an item is that of one before it.
 *
 * Where a program keeps its items, collections find nothing: they become as rare as V8's own.
 */
export function collectYoung(bytes: number): void {
  done += Math.max(bytes, LEAST_BYTES)
  if (done < interval || !tunesProcess()) return
  const { external_memory: now } = getHeapStatistics()
  interval = now - before > done / 2 ? Math.min(2 * interval, MAX_INTERVAL) : MIN_INTERVAL
  before = now
  done = 0
  collect ??= collector()
  collect({ type: 'minor' })
}

/** V8's function for collections, which a context gets that is made while the flag is set. */
function collector(): Collect {
  setFlagsFromString('--expose-gc')
  try {
    return runInNewContext('gc') as Collect
  } finally {
    setFlagsFromString('--no-expose-gc')
  }
}
