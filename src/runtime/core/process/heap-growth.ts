import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { MIB } from '../bytes.js'
import { tunesProcess } from './process-tuning.js'

/** Bytes that may be allocated, buffers included, between two full collections. */
const GROWTH_BYTES = 96 * MIB
const ADJUST_INTERVAL_MS = 1000

let users = 0
let adjusting: NodeJS.Timeout | undefined

/**
 * Lets V8's heap grow more while a stream lasts, or a large value is on its way. V8 counts the memory of buffers as growth
 * of its own heap, and collects the whole of a small heap (10 MB) for every second frame (12 MB), which costs more than all
 * other work on it. Frames die young: with a little more room V8's cheap collections of young objects come first and find
 * them.
 *
 * V8 takes the growth as a percentage of the heap; it is set again once a second, so that the room is the same whatever
 * the heap's size.
 * @returns a function that ends this; the last user's call restores V8's default
 */
export function allowHeapGrowth(): () => void {
  if (!tunesProcess()) return () => undefined
  if (users++ === 0) {
    adjust()
    adjusting = setInterval(adjust, ADJUST_INTERVAL_MS).unref()
  }
  let done = false
  return () => {
    if (done) return
    done = true
    if (--users > 0) return
    clearInterval(adjusting)
    setFlagsFromString('--heap-growing-percent=0')
  }
}

function adjust(): void {
  const percent = Math.ceil((GROWTH_BYTES / getHeapStatistics().used_heap_size) * 100)
  setFlagsFromString(`--heap-growing-percent=${percent}`)
}
