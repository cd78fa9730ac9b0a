import { Wakeup } from '../../core/deferred.js'
import { RecentMap } from '../../core/recent-map.js'
import type { Origin } from '../../core/stream/origin.js'
import type { Layer } from './layer.js'

interface KnownLayer {
  layer: Layer
  source: string | null
  /** Time of capture. */
  time: number
  /** Time when it came. */
  at: number
  /** Number of the change, from 1. */
  number: number
}

/** Time after which boxes are not valid any more, and an earlier time of capture means that the source has begun again. */
const VALID_MS = 3000
/** Layers that are remembered. */
const MAX_LAYERS = 1000

/** Latest boxes of each source and callback. Those of the newest picture win, whichever node has found them. */
export class Layers {
  readonly #known = new RecentMap<string, KnownLayer>(MAX_LAYERS)
  readonly changed = new Wakeup()
  #number = 0

  /** @param now milliseconds since 1970 */
  set({ source, time }: Pick<Origin, 'source' | 'time'>, layer: Layer, now: number): void {
    const key = JSON.stringify([source, layer.callback])
    const known = this.#known.get(key)
    if (known && time < known.time && now - known.at < VALID_MS) return
    this.#known.set(key, { layer, source, time, at: now, number: ++this.#number })
    this.changed.notify()
  }

  /** Gives what has changed of some sources since the number that the last call gave; 0 for all that is valid. */
  since(
    number: number,
    sources: readonly (string | null)[],
    now: number,
  ): { number: number; layers: Layer[] } {
    const fresh = [...this.#known.values()].filter(
      (each) => each.number > number && sources.includes(each.source) && now - each.at < VALID_MS,
    )
    return { number: this.#number, layers: fresh.map(({ layer }) => layer) }
  }
}
