import type { FileHandle } from 'node:fs/promises'

/** Reads pieces of a file of known size. */
export class Bytes {
  readonly #file: FileHandle
  readonly size: number

  constructor(file: FileHandle, size: number) {
    this.#file = file
    this.size = size
  }

  /** The bytes from `at` on; fewer at the end of the file. */
  async read(at: number, length: number): Promise<Buffer> {
    const piece = Buffer.alloc(Math.max(0, Math.min(length, this.size - at)))
    const { bytesRead } = await this.#file.read(piece, 0, piece.length, at)
    return piece.subarray(0, bytesRead)
  }
}
