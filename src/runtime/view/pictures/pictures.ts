import type { Picture } from './picture-feed.js'
import { PictureFeed } from './picture-feed.js'
import type { Link } from '../../stream/index.js'
import type { Watch } from '../board/watch.js'

interface PicturesOptions {
  link: Link
  pipeline: string
  watch: Watch
  onFailure: (error: unknown) => void
}

/** The pictures of all streams, in the widths that were asked for. */
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
