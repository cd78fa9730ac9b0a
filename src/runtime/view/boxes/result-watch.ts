import { setTimeout as delay } from 'node:timers/promises'
import { MIB } from '../../core/bytes.js'
import type { Origin } from '../../core/stream/origin.js'
import { observeLatest, type LatestItem, type NatsLink } from '../../stream/index.js'
import { boxesOf } from './box-form.js'
import type { Box } from './layer.js'

/** Pause after a result without boxes: the callback may give some later. */
const IDLE_MS = 1000
/** Bytes of values that are more than boxes need. */
const MAX_BYTES = MIB
/** Looks at one stream in `WINDOW_MS`: 120 a second. They come at once, so that no source is missed whose results come right after another's. */
const MAX_LOOKS = 12
const WINDOW_MS = 100

interface WatchOptions {
  link: NatsLink
  pipeline: string
  id: string
  signal: AbortSignal
}

/** Boxes that were found in a picture. */
export interface Found {
  origin: Origin
  boxes: Box[]
}

/** Yields the boxes in the results of a callback as they come, the newest ones of each source; seldom looks at other results. */
export async function* watchResults(options: WatchOptions): AsyncGenerator<Found[], void, undefined> {
  const { signal } = options
  let looks = 0
  let began = performance.now()
  for await (const items of observeLatest({ ...options, source: null, wants: areValues })) {
    const found = newestOf(items)
    if (found.length > 0) yield found
    if (performance.now() - began >= WINDOW_MS) {
      began = performance.now()
      looks = 0
    }
    const pause = found.length === 0 ? IDLE_MS : ++looks < MAX_LOOKS ? 0 : WINDOW_MS
    if (pause > 0) await delay(pause, undefined, { signal }).catch(() => undefined)
  }
}

function areValues({ kind, bytes }: { kind: unknown; bytes: number }): boolean {
  return kind === null && bytes <= MAX_BYTES
}

/** The newest boxes of each source. */
function newestOf(items: readonly LatestItem[]): Found[] {
  const newest = new Map<string | null, LatestItem>()
  for (const each of items) {
    const known = newest.get(each.origin.source)
    if (!known || each.origin.time >= known.origin.time) newest.set(each.origin.source, each)
  }
  return [...newest.values()].flatMap(({ value, origin }) => {
    const boxes = boxesOf(value)
    return boxes ? { origin, boxes } : []
  })
}
