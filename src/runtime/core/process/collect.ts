import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { MIB } from '../bytes.js'
import { tunesProcess } from './process-tuning.js'

/** Bytes of items and values between two collections: two or three frames, which then take turns in memory that is still in the cache. */
const MIN_INTERVAL = 6 * MIB
/** Bytes of young buffers after which V8 collects by itself. */
const MAX_INTERVAL = 32 * MIB

/** Size of the heap up to which all of it is collected in some milliseconds. */
const SMALL_HEAP = 48 * MIB

/** Collects the whole heap unless told otherwise. */
type Collect = (options?: { type: 'minor' }) => void

let collect: Collect | undefined
let interval = MIN_INTERVAL
/** Bytes of the items since the last collection. */
let done = 0
/** Bytes of all buffers at the last collection; before the first one nothing is known of what the program keeps. */
let before = Infinity

/**
 * Collects young objects between two items, once the callback has had items of enough bytes. V8 by itself does so after 32 MiB of
 * buffers, and in the middle of an item; so the memory of many frames would take turns, all of it new at first, and no longer in the
 * cache when its turn comes again.
 *
 * Where the program keeps its items, collections find nothing, and become as rare as V8's own.
 * @param bytes of the item that the callback is done with, or of the large value of a call that was fetched
 */
export function collectYoung(bytes: number): void {
  done += bytes
  if (done < interval || !tunesProcess()) return
  const { external_memory: now } = getHeapStatistics()
  interval = now - before > done / 2 ? Math.min(2 * interval, MAX_INTERVAL) : MIN_INTERVAL
  before = now
  done = 0
  collect ??= collector()
  collect({ type: 'minor' })
}

/**
 * Collects what the start of a process has left. V8 would do so in the middle of the first frames, as they are the first large memory
 * of the process, and keep those for good that come meanwhile.
 */
export function collectStart(): void {
  if (!tunesProcess() || getHeapStatistics().total_heap_size > SMALL_HEAP) return
  collect ??= collector()
  collect()
}

/** V8's function for collections, which only a context has that is made while the flag is set. */
function collector(): Collect {
  setFlagsFromString('--expose-gc')
  try {
    return runInNewContext('gc') as Collect
  } finally {
    setFlagsFromString('--no-expose-gc')
  }
}
