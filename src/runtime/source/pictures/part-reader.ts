import { KIB } from '../../core/bytes.js'
import type { PipeReader } from './pipe-reader.js'
import { BadPictures, MAX_JPEG_BYTES } from '../contract/size.js'

/** Most bytes in front of a part: its header, or what stands before the first boundary. */
const MAX_HEADER_BYTES = 64 * KIB

/**
 * Reads MIME multipart (RFC 2046) part by part, as ffmpeg writes JPEGs: with the length of each. The first line that begins with
 * `--` is the boundary.
 */
export class PartReader {
  readonly #reader: PipeReader
  #boundary: string | undefined
  /** Bytes that may still come before the next part. */
  #left = MAX_HEADER_BYTES

  constructor(reader: PipeReader) {
    this.#reader = reader
  }

  /**
   * Reads up to the body of the next part, and gives the length of the body; undefined when there are no more parts.
   * @throws BadPictures
   */
  async nextLength(): Promise<number | undefined> {
    this.#left = MAX_HEADER_BYTES
    if (!(await this.#skipToBoundary())) return undefined
    let length: number | undefined
    for (;;) {
      const line = await this.#line()
      if (line === undefined) return undefined
      if (line === '') {
        if (length === undefined) throw new BadPictures('a part of its data does not say its length')
        return length
      }
      const [, digits] = /^content-length:\s*(\d+)\s*$/i.exec(line) ?? []
      if (digits !== undefined) length = Number(digits)
      if (length !== undefined && length > MAX_JPEG_BYTES) {
        throw new BadPictures(`one of its pictures is said to have ${digits ?? ''} bytes`)
      }
    }
  }

  async #skipToBoundary(): Promise<boolean> {
    for (;;) {
      const line = await this.#line()
      if (line === undefined) return false
      if (!line.startsWith(this.#boundary ?? '--')) continue
      this.#boundary ??= line.trimEnd()
      return line.trimEnd() !== `${this.#boundary}--`
    }
  }

  async #line(): Promise<string | undefined> {
    const line = await this.#reader.line(this.#left)
    if (line === null) {
      throw new BadPictures(`its data has no picture within ${MAX_HEADER_BYTES / KIB} KiB of a part`)
    }
    this.#left -= (line?.length ?? 0) + 1
    return line
  }
}
