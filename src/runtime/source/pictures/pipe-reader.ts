import type { Readable } from 'node:stream'
import { KIB } from '../../core/bytes.js'
import { Wakeup } from '../../core/deferred.js'
import { startTimer, type Timer } from '../../core/timer.js'

/** Bytes to read at a time before a piece is requested, the same as Node's own default. */
const SCRATCH_BYTES = 64 * KIB

const LF = 0x0a

/**
 * Reads a pipe on demand, in pieces of exact size. Three things end it, and look the same to callers: the end of the
 * pipe, its destruction by the owner, and a stall, when nothing came for `silenceMs` during a read. Then `stalled` is set
 * and the reader destroys the pipe.
 *
 * The kernel writes directly into the requested piece. Only data that comes before a request, at most 64 KiB, is copied
 * into it.
 */
export class PipeReader {
  stalled = false
  /** Buffer and callback for reading the pipe, in the form of `onread` of net.Socket. */
  readonly onread = {
    buffer: (): Buffer => (this.#space = this.#missing ?? this.#scratch),
    callback: (bytes: number): boolean => this.#onData(bytes),
  }

  readonly #silenceMs: number | undefined
  readonly #wakeup = new Wakeup()
  // eslint-disable-next-line no-restricted-syntax -- filled: only what the kernel has written is read
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES)
  #pipe: Readable | undefined
  /** Buffer that the pipe writes into next. */
  #space: Buffer = this.#scratch
  /** Data in the scratch buffer that was not requested yet. */
  #rest = this.#scratch.subarray(0, 0)
  #target: Buffer | undefined
  #filled = 0
  #reads = 0
  #timer: Timer | undefined

  constructor(silenceMs?: number) {
    this.#silenceMs = silenceMs
  }

  /** Sets the pipe, which reads by `onread`. */
  attach(pipe: Readable): void {
    this.#pipe = pipe
    for (const event of ['end', 'close', 'error']) pipe.on(event, () => this.#wakeup.notify())
  }

  /** Waits for data; false at the end. */
  async hasData(): Promise<boolean> {
    while (this.#rest.length === 0 && !this.#ended) await this.#wait()
    return this.#rest.length > 0
  }

  /** Fills the piece and gives the number of bytes, which is smaller than the piece only at the end. */
  async fill(piece: Buffer): Promise<number> {
    this.#target = piece
    this.#filled = 0
    this.#copyRest()
    while (this.#filled < piece.length && !this.#ended) await this.#wait()
    this.#target = undefined
    return this.#filled
  }

  /**
   * Reads a line, as Latin-1 and without its line end: undefined at the end, null when it is longer than `max` bytes, line
   * end included.
   */
  async line(max = Infinity): Promise<string | null | undefined> {
    let text = ''
    while (await this.hasData()) {
      const end = this.#rest.indexOf(LF)
      text += this.#rest.toString('latin1', 0, end === -1 ? undefined : end)
      if (text.length + (end === -1 ? 0 : 1) > max) return null
      this.#rest = this.#rest.subarray(end === -1 ? this.#rest.length : end + 1)
      if (end !== -1) return text.replace(/\r$/, '')
    }
    return undefined
  }

  /** Remainder of the requested piece that is still to be filled. */
  get #missing(): Buffer | undefined {
    return this.#target && this.#filled < this.#target.length
      ? this.#target.subarray(this.#filled)
      : undefined
  }

  get #ended(): boolean {
    return !this.#pipe || this.#pipe.readableEnded || this.#pipe.destroyed
  }

  /** Accepts data; false pauses the pipe until more is requested. */
  #onData(bytes: number): boolean {
    this.#reads++
    if (this.#space === this.#scratch) {
      this.#rest = this.#scratch.subarray(0, bytes)
      this.#copyRest()
    } else this.#filled += bytes
    if (this.#missing) {
      this.#timer?.refresh()
      return true
    }
    this.#wakeup.notify()
    return false
  }

  #copyRest(): void {
    if (!this.#target) return
    const copied = this.#rest.copy(this.#target, this.#filled)
    this.#rest = this.#rest.subarray(copied)
    this.#filled += copied
  }

  async #wait(): Promise<void> {
    if (this.#silenceMs !== undefined) this.#timer = startTimer(this.#silenceMs, () => this.#confirmStall())
    this.#pipe?.resume()
    await this.#wakeup.wait()
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** Waits one more turn of the event loop: after a pause of this process its timer fires before data that has come meanwhile. */
  #confirmStall(): void {
    const [timer, reads] = [this.#timer, this.#reads]
    setImmediate(() => {
      if (this.#timer !== timer || this.#reads !== reads) return
      this.stalled = true
      this.#pipe?.destroy()
    })
  }
}
