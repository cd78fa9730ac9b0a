import type { NatsLink } from '../../stream/index.js'
import type { StatusPoller } from '../board/status-poller.js'
import { PictureFeed, type Picture } from './picture-feed.js'

interface PicturesOptions {
  link: NatsLink
  pipeline: string
  poller: StatusPoller
  onFailure: (error: unknown) => void
}

/** Picture feeds of all streams, one for each width that was requested. */
export class Pictures {
  readonly #options: PicturesOptions
  readonly #feeds = new Map<string, PictureFeed>()

  constructor(options: PicturesOptions) {
    this.#options = options
  }

  follow(name: string, width: number, signal: AbortSignal): AsyncGenerator<Picture, void, undefined> {
    const key = `${width} ${name}`
    const feed = this.#feeds.get(key) ?? new PictureFeed({ ...this.#options, name, width })
    this.#feeds.set(key, feed)
    return feed.follow(signal)
  }
}
