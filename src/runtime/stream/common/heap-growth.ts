import { getHeapStatistics, setFlagsFromString } from 'node:v8'

/** What may be allocated, buffers included, between two full collections. */
const ROOM_BYTES = 96 * 1024 * 1024
const REVIEW_MS = 1000

let users = 0
let reviewing: NodeJS.Timeout | undefined

/**
 * V8 counts the memory of buffers as growth of its own heap, and collects the whole of a small heap (10 MB) for every
 * second frame (12 MB), which costs more than all else that is done with it. Frames die young: when the heap may grow a
 * little more, V8's collections of young objects, which are cheap, come first and find them.
 *
 * The growth that V8 allows is a share of the heap; it is set so that it comes to the same room whatever the heap's size,
 * as long as somebody needs it.
 * @returns what undoes it
 */
export function allowHeapGrowth(): () => void {
  if (users++ === 0) {
    review()
    reviewing = setInterval(review, REVIEW_MS).unref()
  }
  let done = false
  return () => {
    if (done) return
    done = true
    if (--users > 0) return
    clearInterval(reviewing)
    setFlagsFromString('--heap-growing-percent=0')
  }
}

function review(): void {
  const percent = Math.ceil((ROOM_BYTES / getHeapStatistics().used_heap_size) * 100)
  setFlagsFromString(`--heap-growing-percent=${percent}`)
}
