/** Kinds of bytes that can be sent: bytes of an item, and how many different ones there are. */
const SIZES = {
  '1080p': 1920 * 1080 * 3,
  '720p': 1280 * 720 * 3,
  '480p': 640 * 480 * 3,
  '40mb': 40_000_000,
  '64k': 64 * 1024,
  '4k': 4 * 1024,
}
/** Neighbours differ in every byte, so that a stale or torn item cannot pass for the right one. */
const PATTERNS = 3

export const bytesOf = (kind) => SIZES[kind] ?? 0

/** The items of a run, by number: integers, or bytes that writer and receivers make alike. */
export function itemsOf(kind) {
  if (kind === 'ints') return { at: (number) => number, equals: (item, number) => item === number }
  const patterns = patternsOf(kind)
  const at = (number) => patterns[number % PATTERNS]
  return { at, equals: (item, number) => at(number).equals(item) }
}

/** Made once a process: a run should not be timed while it makes what it will send. */
const made = new Map()
function patternsOf(kind) {
  const known = made.get(kind) ?? Array.from({ length: PATTERNS }, (_, n) => pattern(SIZES[kind], n))
  made.set(kind, known)
  return known
}

function pattern(length, seed) {
  const words = new Uint32Array(length / 4)
  let word = 0x9e3779b9
  for (let n = 0; n < words.length; n++) {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0
    // Every byte of a pattern differs from the same byte of the others.
    words[n] = word ^ Math.imul(seed, 0x55555555)
  }
  return Buffer.from(words.buffer)
}

export function* each(kind, count) {
  const { at } = itemsOf(kind)
  for (let number = 0; number < count; number++) yield at(number)
}

export async function* eachAsync(kind, count) {
  yield* each(kind, count)
}

/** Frames at the rate of a camera, with the time at which they were made. */
export async function* frames({ kind, count, fps, width, height, format = 'bgr24' }) {
  const { at } = itemsOf(kind)
  const start = performance.now()
  for (let sequence = 0; sequence < count; sequence++) {
    const wait = start + (sequence * 1000) / fps - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    const time = performance.timeOrigin + performance.now()
    yield { data: at(sequence), width, height, format, sequence, time }
  }
}
