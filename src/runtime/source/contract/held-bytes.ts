/** Least memory for bytes that are put together. */
const MIN_BYTES = 4096

/**
 * Bytes that have come and were not used yet. Each is copied a few times at most, however small the chunks are. What `bytes` has
 * given is never overwritten.
 */
export class HeldBytes {
  #memory: Buffer = Buffer.alloc(0)
  #start = 0
  #end = 0

  get bytes(): Buffer {
    return this.#memory.subarray(this.#start, this.#end)
  }

  append(chunk: Buffer): void {
    const held = this.#end - this.#start
    if (held === 0) {
      this.#memory = chunk
      this.#start = 0
      this.#end = chunk.length
      return
    }
    if (this.#end + chunk.length > this.#memory.length) {
      const memory = Buffer.alloc(Math.max(MIN_BYTES, 2 * (held + chunk.length)))
      this.bytes.copy(memory)
      this.#memory = memory
      this.#start = 0
      this.#end = held
    }
    this.#end += chunk.copy(this.#memory, this.#end)
  }

  /** Lets go of bytes at the beginning. */
  drop(bytes: number): void {
    this.#start = Math.min(this.#end, this.#start + bytes)
  }
}
