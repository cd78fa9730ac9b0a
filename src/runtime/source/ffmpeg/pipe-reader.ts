import type { Readable } from 'node:stream'
import { Wakeup } from '../../core/deferred.js'

/** As much as Node reads at a time of its own accord. */
const SCRATCH_BYTES = 64 * 1024

/**
 * Reads a pipe on demand, in exact pieces. Every ending looks like the end of the pipe, be it the writer's, that the
 * owner destroyed it, or that nothing came for `silenceMs` while somebody waited (`stalled`, and destroyed by this).
 *
 * The kernel writes into the piece that is asked for. Only what comes before a piece is asked for, at most 64 KiB, is
 * copied into it.
 */
export class PipeReader {
  stalled = false
  /** How the pipe is to be read: the form of `onread` in net.Socket. */
  readonly onread = {
    buffer: (): Buffer => (this.#space = this.#missing ?? this.#scratch),
    callback: (bytes: number): boolean => this.#take(bytes),
  }

  readonly #silenceMs: number | undefined
  readonly #wakeup = new Wakeup()
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES)
  #pipe: Readable | undefined
  /** Where the pipe writes next. */
  #space: Buffer = this.#scratch
  /** Of the scratch, what nobody has asked for yet. */
  #rest = this.#scratch.subarray(0, 0)
  #target: Buffer | undefined
  #filled = 0
  #reads = 0
  #timer: NodeJS.Timeout | undefined

  constructor(silenceMs?: number) {
    this.#silenceMs = silenceMs
  }

  /** The pipe, which reads by `onread`. */
  attach(pipe: Readable): void {
    this.#pipe = pipe
    for (const event of ['end', 'close', 'error']) pipe.on(event, () => this.#wakeup.notify())
  }

  /** Waits until there is something to read; false at the end. */
  async hasData(): Promise<boolean> {
    while (this.#rest.length === 0 && !this.#ended) await this.#wait()
    return this.#rest.length > 0
  }

  /** Fills the piece, and gives the number of bytes, which is less only at the end. */
  async fill(piece: Buffer): Promise<number> {
    this.#target = piece
    this.#filled = 0
    this.#takeRest()
    while (this.#filled < piece.length && !this.#ended) await this.#wait()
    this.#target = undefined
    return this.#filled
  }

  /** The next line, as Latin-1 and without its line end; undefined at the end. */
  async line(): Promise<string | undefined> {
    let text = ''
    while (await this.hasData()) {
      const end = this.#rest.indexOf('\n')
      text += this.#rest.toString('latin1', 0, end === -1 ? undefined : end)
      this.#rest = this.#rest.subarray(end === -1 ? this.#rest.length : end + 1)
      if (end !== -1) return text.replace(/\r$/, '')
    }
    return undefined
  }

  /** What is still to be filled. */
  get #missing(): Buffer | undefined {
    return this.#target && this.#filled < this.#target.length
      ? this.#target.subarray(this.#filled)
      : undefined
  }

  get #ended(): boolean {
    return !this.#pipe || this.#pipe.readableEnded || this.#pipe.destroyed
  }

  /** False stops the pipe until somebody waits for more. */
  #take(bytes: number): boolean {
    this.#reads++
    if (this.#space === this.#scratch) {
      this.#rest = this.#scratch.subarray(0, bytes)
      this.#takeRest()
    } else this.#filled += bytes
    if (this.#missing) {
      this.#timer?.refresh()
      return true
    }
    this.#wakeup.notify()
    return false
  }

  #takeRest(): void {
    if (!this.#target) return
    const copied = this.#rest.copy(this.#target, this.#filled)
    this.#rest = this.#rest.subarray(copied)
    this.#filled += copied
  }

  async #wait(): Promise<void> {
    if (this.#silenceMs !== undefined) this.#timer = setTimeout(() => this.#doubt(), this.#silenceMs)
    this.#pipe?.resume()
    await this.#wakeup.wait()
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** Once more round the loop: a process that was stopped or busy sees its timer before the data that came meanwhile. */
  #doubt(): void {
    const [timer, reads] = [this.#timer, this.#reads]
    setImmediate(() => {
      if (this.#timer !== timer || this.#reads !== reads) return
      this.stalled = true
      this.#pipe?.destroy()
    })
  }
}
