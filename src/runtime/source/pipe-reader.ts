import type { Readable } from 'node:stream'
import { Wakeup } from '../core/deferred.js'

/**
 * Reads a pipe on demand, in exact pieces. Every ending looks like the end of the pipe, be it the writer's, that the
 * owner destroyed it, or that nothing came for `silenceMs` while somebody waited (`stalled`, and destroyed by this).
 *
 * A byte is copied twice: by the kernel into a chunk, and from there into the piece that is asked for. Besides that
 * piece, no more than Node's own read buffer (64 KiB) is held.
 */
export class PipeReader {
  stalled = false
  readonly #pipe: Readable
  readonly #silenceMs: number | undefined
  readonly #wakeup = new Wakeup()
  #chunk: Buffer = Buffer.alloc(0)

  constructor(pipe: Readable, silenceMs?: number) {
    this.#pipe = pipe
    this.#silenceMs = silenceMs
    for (const event of ['readable', 'end', 'close', 'error']) pipe.on(event, () => this.#wakeup.notify())
  }

  /** Waits until there is something to read; false at the end. */
  async hasData(): Promise<boolean> {
    while (this.#chunk.length === 0) {
      const chunk = this.#pipe.read() as Buffer | null
      if (chunk) this.#chunk = chunk
      else if (this.#pipe.readableEnded || this.#pipe.destroyed) return false
      else await this.#wait()
    }
    return true
  }

  /** Fills the target, and gives the number of bytes, which is less only at the end. */
  async fill(target: Buffer): Promise<number> {
    let filled = 0
    while (filled < target.length && (await this.hasData())) {
      const copied = this.#chunk.copy(target, filled)
      this.#chunk = this.#chunk.subarray(copied)
      filled += copied
    }
    return filled
  }

  /** The next line, as Latin-1 and without its line end; undefined at the end. */
  async line(): Promise<string | undefined> {
    let text = ''
    while (await this.hasData()) {
      const end = this.#chunk.indexOf('\n')
      text += this.#chunk.toString('latin1', 0, end === -1 ? undefined : end)
      this.#chunk = this.#chunk.subarray(end === -1 ? this.#chunk.length : end + 1)
      if (end !== -1) return text.replace(/\r$/, '')
    }
    return undefined
  }

  async #wait(): Promise<void> {
    let waiting = true
    // Once more round the loop: a process that was stopped or busy sees its timer before the data that came meanwhile.
    const stall = (): NodeJS.Immediate => setImmediate(() => waiting && this.#stall())
    const timer = this.#silenceMs === undefined ? undefined : setTimeout(stall, this.#silenceMs)
    await this.#wakeup.wait()
    waiting = false
    clearTimeout(timer)
  }

  #stall(): void {
    this.stalled = true
    this.#pipe.destroy()
  }
}
