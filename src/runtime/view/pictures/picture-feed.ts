import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Wakeup } from '../../core/deferred.js'
import { isFrame } from '../../core/frame.js'
import { observeLatest, type NatsLink } from '../../stream/index.js'
import type { StreamView } from '../board/snapshot.js'
import type { StatusPoller } from '../board/status-poller.js'
import { isWhole, toJpeg } from './jpeg.js'

/** Shortest time between two pictures of a stream: 15 per second. */
const MIN_INTERVAL_MS = 1000 / 15
/** Length of the pause after a picture, as a multiple of the time that making it took. */
const REST_FACTOR = 1.5

export interface Picture {
  jpeg: Buffer
  /** Number of the picture in its feed, from 1. */
  number: number
}

interface FeedOptions {
  link: NatsLink
  pipeline: string
  poller: StatusPoller
  /** Name of the stream in snapshots. */
  name: string
  /** Greatest width in pixels. */
  width: number
  onFailure: (error: unknown) => void
}

/** The pictures of one stream in one width: made once for all followers, one at a time, and only while there are followers. */
export class PictureFeed {
  readonly #options: FeedOptions
  readonly #made = new Wakeup()
  #latest: Picture | undefined
  #followers = 0
  #making: AbortController | undefined

  constructor(options: FeedOptions) {
    this.#options = options
  }

  get isFollowed(): boolean {
    return this.#followers > 0
  }

  /** Yields the newest picture, and none twice. When the stream ends, the feed waits until it begins again. */
  async *follow(signal: AbortSignal): AsyncGenerator<Picture, void, undefined> {
    const aborted = signal.aborted ? undefined : once(signal, 'abort')
    this.#begin()
    let seen = 0
    try {
      while (!signal.aborted) {
        const next = this.#made.wait()
        if (this.#latest && this.#latest.number > seen) {
          seen = this.#latest.number
          yield this.#latest
        } else await Promise.race([next, aborted])
      }
    } finally {
      this.#end()
    }
  }

  #begin(): void {
    if (++this.#followers > 1) return
    this.#making = new AbortController()
    // The latest picture may be old by now.
    this.#latest = undefined
    this.#make(this.#making.signal).catch(this.#options.onFailure)
  }

  #end(): void {
    if (--this.#followers === 0) this.#making?.abort()
  }

  async #make(signal: AbortSignal): Promise<void> {
    const { poller, name } = this.#options
    for await (const { streams } of poller.follow(signal)) {
      const stream = streams.find((each) => each.name === name && each.state === 'running')
      if (stream) await this.#makePictures(stream, signal)
    }
  }

  async #makePictures({ id, source }: StreamView, signal: AbortSignal): Promise<void> {
    const { link, pipeline, width } = this.#options
    const wants = ({ kind }: { kind: unknown }): boolean => kind !== null
    for await (const [latest] of observeLatest({ link, pipeline, id, source, wants, signal })) {
      if (!latest) continue
      const item = latest.value
      if (!isFrame(item) || !isWhole(item)) return
      const began = performance.now()
      const jpeg = await toJpeg(item, width)
      if (signal.aborted) return
      this.#latest = { jpeg, number: (this.#latest?.number ?? 0) + 1 }
      this.#made.notify()
      const spent = performance.now() - began
      await delay(Math.max(MIN_INTERVAL_MS - spent, REST_FACTOR * spent), undefined, { signal }).catch(
        () => undefined,
      )
    }
  }
}
