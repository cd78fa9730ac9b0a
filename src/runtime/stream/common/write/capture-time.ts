import { isFrame } from '../../../core/frame.js'
import { now } from '../latency.js'

/** Time of an item that a source gives now, in milliseconds since 1970: that of its capture for a frame. */
export function captureTime(item: unknown): number {
  return isFrame(item) ? item.time : now()
}
