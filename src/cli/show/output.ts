import { once } from 'node:events'
import { clearScreenDown, cursorTo, moveCursor } from 'node:readline'
import { plainJson } from '../../runtime/core/text/plain-text.js'
import { forTerminal } from './marked-colours.js'

/**
 * An output of the command, the only way to it: the linter refuses `process.stdout` and `process.stderr` elsewhere.
 * Whatever a text quotes of others, nothing of it acts on a terminal, except the colours of `coloursFor`.
 */
export class Output {
  readonly #stream: NodeJS.WriteStream

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  get isTTY(): boolean {
    return this.#stream.isTTY
  }

  /** Whether nobody reads any more. */
  get isClosed(): boolean {
    return !this.#stream.writable
  }

  /** Characters in a line; undefined when the terminal does not tell. */
  get width(): number | undefined {
    return this.#stream.columns > 0 ? this.#stream.columns : undefined
  }

  /** Lines that are shown at once; undefined when the terminal does not tell. */
  get height(): number | undefined {
    return this.#stream.rows > 0 ? this.#stream.rows : undefined
  }

  /** Writes a line. Further lines of its text are indented, so that none passes for a line of its own. */
  line(text: string): void {
    this.text(text.replaceAll('\n', '\n  '))
  }

  /** Writes text of several lines. */
  text(text: string): void {
    this.#stream.write(`${forTerminal(text)}\n`)
  }

  json(value: unknown): void {
    this.#stream.write(`${plainJson(value, 2)}\n`)
  }

  /** Writes a value as one line of JSON. */
  jsonLine(value: unknown): void {
    this.#stream.write(`${plainJson(value)}\n`)
  }

  /** Writes bytes as they are, which is no use to a terminal. */
  bytes(data: Uint8Array): void {
    this.#stream.write(data)
  }

  /** Resolves when whoever reads has taken most of what was written, or reads no more. */
  async drained(): Promise<void> {
    if (!this.#stream.writableNeedDrain) return
    const waiting = new AbortController()
    const { signal } = waiting
    const events = ['drain', 'error', 'close'].map((event) => once(this.#stream, event, { signal }))
    await Promise.race(events).catch(() => undefined)
    waiting.abort()
    await Promise.allSettled(events)
  }

  /** Takes the whole terminal, and keeps what it shows for later. @returns a function that gives it back */
  enterFullScreen(): () => void {
    this.#stream.write('\u001b[?1049h\u001b[?25l')
    let isLeft = false
    return () => {
      if (!isLeft) this.#stream.write('\u001b[?25h\u001b[?1049l')
      isLeft = true
    }
  }

  /** Draws lines from the top of the terminal on, and nothing below them. */
  drawScreen(lines: readonly string[]): void {
    const drawn = lines.map((line) => `${forTerminal(line)}\u001b[K`).join('\n')
    this.#stream.write(`\u001b[H${drawn}\u001b[J`)
  }

  /** Calls the listener when the size of the terminal changes. @returns a function that ends it */
  onResize(listener: () => void): () => void {
    this.#stream.on('resize', listener)
    return () => this.#stream.off('resize', listener)
  }

  /** Erases the line of a terminal that was begun, and so many before it. */
  erase(lines: number): void {
    // The terminal may have written `^C` since.
    cursorTo(this.#stream, 0)
    if (lines > 0) moveCursor(this.#stream, 0, -lines)
    clearScreenDown(this.#stream)
  }
}

export const stdout = new Output(process.stdout)
export const stderr = new Output(process.stderr)
