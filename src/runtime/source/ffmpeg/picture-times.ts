/** Pictures that ffmpeg and the pipes hold are far fewer. */
const KEPT = 256

/** Times at which the pictures of a source came, by their marks, so that all outputs of one picture have the same. */
export class PictureTimes {
  readonly #times = new Map<string, number>()

  /** Time of a picture, in milliseconds since 1970: when its mark was seen first. */
  at(mark: string): number {
    const known = this.#times.get(mark)
    if (known !== undefined) return known
    const time = performance.timeOrigin + performance.now()
    this.#times.set(mark, time)
    const [oldest] = this.#times.keys()
    if (this.#times.size > KEPT && oldest !== undefined) this.#times.delete(oldest)
    return time
  }
}
