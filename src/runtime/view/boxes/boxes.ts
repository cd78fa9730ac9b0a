import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Lineage, sourcesOf } from '../board/lineage.js'
import type { StreamView } from '../board/snapshot.js'
import type { StatusPoller } from '../board/status-poller.js'
import type { NatsLink } from '../../stream/index.js'
import type { Layer } from './layer.js'
import { Layers } from './layers.js'
import { watchResults } from './result-watch.js'

interface BoxesOptions {
  link: NatsLink
  pipeline: string
  poller: StatusPoller
  onFailure: (error: unknown) => void
}

/** Shortest time between two changes that a follower gets: 30 per second. */
const MIN_INTERVAL_MS = 1000 / 30
/** Streams of results that are watched at once. */
const MAX_WATCHED = 64

/**
 * Boxes for the pictures that somebody looks at, from the results that callbacks stream on. Only streams of results of those
 * pictures' sources are watched, each once for all pages.
 */
export class Boxes {
  readonly #options: BoxesOptions
  readonly #layers = new Layers()
  /** Names of the streams of pictures that are followed, one for each follower. */
  readonly #followed = new Map<symbol, string>()
  /** Watches, by id of the stream of results. */
  readonly #watches = new Map<string, AbortController>()
  /** Sources of the pictures, by name of the stream. */
  #sources = new Map<string, (string | null)[]>()
  #lineage = new Lineage<StreamView>([])
  #following: AbortController | undefined

  constructor(options: BoxesOptions) {
    this.#options = options
  }

  /** Yields the layers of a stream of pictures as they change. */
  async *follow(name: string, signal: AbortSignal): AsyncGenerator<Layer, void, undefined> {
    const follower = Symbol(name)
    this.#followed.set(follower, name)
    this.#begin()
    const aborted = signal.aborted ? undefined : once(signal, 'abort')
    let seen = 0
    try {
      while (!signal.aborted) {
        const changed = this.#layers.changed.wait()
        const sources = this.#sources.get(name)
        const { number, layers } = this.#layers.since(seen, sources ?? [], Date.now())
        if (sources) seen = number
        yield* layers
        if (layers.length === 0) await Promise.race([changed, aborted])
        else await delay(MIN_INTERVAL_MS, undefined, { signal }).catch(() => undefined)
      }
    } finally {
      this.#followed.delete(follower)
      if (this.#followed.size === 0) this.#end()
    }
  }

  #begin(): void {
    if (this.#following) return
    this.#following = new AbortController()
    this.#watchAll(this.#following.signal).catch(this.#options.onFailure)
  }

  #end(): void {
    this.#following?.abort()
    this.#following = undefined
    this.#keepOnly([])
  }

  async #watchAll(signal: AbortSignal): Promise<void> {
    for await (const { streams } of this.#options.poller.follow(signal)) {
      const running = streams.filter(({ state }) => state === 'running')
      const lineage = (this.#lineage = new Lineage(running))
      const followed = new Set(this.#followed.values())
      const pictures = running.filter(({ name }) => followed.has(name))
      this.#sources = new Map(pictures.map((each) => [each.name, sourcesOf(lineage.upstream(each))]))
      this.#layers.changed.notify()
      const sources = new Set([...this.#sources.values()].flat())
      const wanted = resultStreams(running)
        .filter((each) => sourcesOf(lineage.upstream(each)).some((source) => sources.has(source)))
        .slice(0, MAX_WATCHED)
      this.#keepOnly(wanted)
      for (const stream of wanted) this.#watch(stream)
    }
  }

  #keepOnly(streams: readonly StreamView[]): void {
    for (const [id, watch] of this.#watches) {
      if (streams.some((each) => each.id === id)) continue
      watch.abort()
      this.#watches.delete(id)
    }
  }

  #watch(stream: StreamView): void {
    const { id } = stream
    if (this.#watches.has(id)) return
    const watch = new AbortController()
    this.#watches.set(id, watch)
    this.#takeBoxes(stream, watch.signal)
      .catch(this.#options.onFailure)
      .finally(() => {
        if (this.#watches.get(id) === watch) this.#watches.delete(id)
      })
  }

  async #takeBoxes(stream: StreamView, signal: AbortSignal): Promise<void> {
    const { link, pipeline } = this.#options
    const { id, resultsOf: callback } = stream
    if (callback === null) return
    for await (const found of watchResults({ link, pipeline, id, signal })) {
      for (const { origin, boxes } of found) {
        const frames = this.#framesOf(stream, origin.source)
        if (frames) this.#layers.set(origin, { callback, ...frames, boxes }, Date.now())
      }
    }
  }

  /** Size of the frames of a source that the callback got: those of the nearest stream that has frames. */
  #framesOf(stream: StreamView, source: string | null): Pick<Layer, 'width' | 'height'> | undefined {
    const lineage = this.#lineage
    const before = lineage
      .upstream(stream)
      .find((each) => each.frames !== null && sourcesOf(lineage.upstream(each)).includes(source))
    return before?.frames ? { width: before.frames.width, height: before.frames.height } : undefined
  }
}

/** The streams of results that are no pictures, one for each callback of a node: its results are the same in all. */
function resultStreams(streams: readonly StreamView[]): StreamView[] {
  const results = streams.filter(({ resultsOf: callback, frames }) => callback !== null && frames === null)
  return [...new Map(results.map((each) => [`${each.from} ${each.resultsOf}`, each])).values()]
}
