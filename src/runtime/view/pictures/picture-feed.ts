import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Wakeup } from '../../core/deferred.js'
import { isFrame } from '../../core/frame.js'
import { observeNewest, type Link } from '../../stream/index.js'
import { toJpeg } from './jpeg.js'
import type { Watch } from '../board/watch.js'

/** The most pictures a second that are made of a stream. */
const EVERY_MS = 1000 / 15
/** Of the time that is spent on making pictures, so much is rested. */
const REST = 1.5

export interface Picture {
  jpeg: Buffer
  /** Counts from 1. */
  number: number
}

interface FeedOptions {
  link: Link
  pipeline: string
  watch: Watch
  /** The stream, as snapshots name it. */
  name: string
  /** Pixels, at most. */
  width: number
  onFailure: (error: unknown) => void
}

/** One stream's pictures, made once for all who look, one at a time, and only while somebody does. */
export class PictureFeed {
  readonly #options: FeedOptions
  readonly #made = new Wakeup()
  #latest: Picture | undefined
  #followers = 0
  #making: AbortController | undefined

  constructor(options: FeedOptions) {
    this.#options = options
  }

  /** The newest picture each time, and none twice. A stream that ends is waited for to begin again. */
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
    // What was made last may be old by now.
    this.#latest = undefined
    this.#make(this.#making.signal).catch(this.#options.onFailure)
  }

  #end(): void {
    if (--this.#followers === 0) this.#making?.abort()
  }

  async #make(signal: AbortSignal): Promise<void> {
    const { watch, name } = this.#options
    for await (const { streams } of watch.follow(signal)) {
      const stream = streams.find((each) => each.name === name && each.state === 'running')
      if (stream) await this.#makeOf(stream.id, signal)
    }
  }

  async #makeOf(id: string, signal: AbortSignal): Promise<void> {
    const { link, pipeline, width } = this.#options
    for await (const item of observeNewest({ link, pipeline, id, signal })) {
      if (!isFrame(item)) return
      const began = performance.now()
      const jpeg = await toJpeg(item, width)
      if (signal.aborted) return
      this.#latest = { jpeg, number: (this.#latest?.number ?? 0) + 1 }
      this.#made.notify()
      const spent = performance.now() - began
      await delay(Math.max(EVERY_MS - spent, REST * spent), undefined, { signal }).catch(() => undefined)
    }
  }
}
