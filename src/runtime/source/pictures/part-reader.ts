import { KIB } from '../../core/bytes.js'
import type { PipeReader } from './pipe-reader.js'
import { BadPictures, MAX_JPEG_BYTES } from '../contract/size.js'

/** Most bytes in front of a part: its header, or what stands before the first boundary. */
const MAX_HEADER_BYTES = 64 * KIB

/**
 * Reads MIME multipart (RFC 2046) part by part, as cameras and ffmpeg send JPEGs. The first line that begins with `--` is
 * taken for the boundary, since cameras often announce another one than they send.
 */
export class PartReader {
  readonly #reader: PipeReader
  #boundary: string | undefined
  /** Whether a boundary has been read as the end of the part before. */
  #begun = false
  /** Bytes that may still come before the next part. */
  #left = MAX_HEADER_BYTES

  constructor(reader: PipeReader) {
    this.#reader = reader
  }

  /**
   * Reads up to the body of the next part, and gives the length of the body: null where the header does not say it;
   * undefined when there are no more parts.
   * @throws BadPictures
   */
  async nextLength(): Promise<number | null | undefined> {
    this.#left = MAX_HEADER_BYTES
    if (!this.#begun && !(await this.#skipToBoundary())) return undefined
    this.#begun = false
    let length: number | null = null
    for (;;) {
      const line = await this.#line()
      if (line === undefined) return undefined
      if (line === '') return length
      const [, digits] = /^content-length:\s*(\d+)\s*$/i.exec(line) ?? []
      if (digits !== undefined) length = Number(digits)
      if (length !== null && length > MAX_JPEG_BYTES) {
        throw new BadPictures(`one of its pictures is said to have ${digits ?? ''} bytes`)
      }
    }
  }

  /** Reads the body of a part without a length, up to the next boundary; undefined when it does not end. @throws BadPictures */
  async body(): Promise<Buffer | undefined> {
    const body = await this.#reader.until(`\n${this.#boundary ?? '--'}`, MAX_JPEG_BYTES)
    if (body === null)
      throw new BadPictures(`no part of its data ends within ${MAX_JPEG_BYTES / 2 ** 20} MiB`)
    if (body === undefined) return undefined
    this.#left = MAX_HEADER_BYTES
    this.#begun = !(await this.#line())?.startsWith('--')
    return body.at(-1) === 0x0d ? body.subarray(0, -1) : body
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
