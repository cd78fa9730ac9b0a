import type { NatsLink } from '../../stream/index.js'
import type { StatusPoller } from '../board/status-poller.js'
import { PictureFeed, type Picture } from './picture-feed.js'

interface PicturesOptions {
  link: NatsLink
  pipeline: string
  poller: StatusPoller
  onFailure: (error: unknown) => void
}

/** Picture feeds of streams that somebody looks at, one for each width that was requested. */
export class Pictures {
  readonly #options: PicturesOptions
  readonly #feeds = new Map<string, PictureFeed>()

  constructor(options: PicturesOptions) {
    this.#options = options
  }

  /** Yields the newest picture of a stream. The feed is forgotten when its last follower is gone. */
  async *follow(name: string, width: number, signal: AbortSignal): AsyncGenerator<Picture, void, undefined> {
    const key = `${width} ${name}`
    const feed = this.#feeds.get(key) ?? new PictureFeed({ ...this.#options, name, width })
    this.#feeds.set(key, feed)
    try {
      yield* feed.follow(signal)
    } finally {
      if (!feed.isFollowed && this.#feeds.get(key) === feed) this.#feeds.delete(key)
    }
  }
}
