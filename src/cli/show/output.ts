import { clearScreenDown, moveCursor } from 'node:readline'
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
    await new Promise<void>((resolve) => {
      this.#stream.once('drain', resolve)
      this.#stream.once('error', () => resolve())
      this.#stream.once('close', resolve)
    })
  }

  /** Erases the last lines of a terminal. */
  erase(lines: number): void {
    moveCursor(this.#stream, 0, -lines)
    clearScreenDown(this.#stream)
  }
}

export const stdout = new Output(process.stdout)
export const stderr = new Output(process.stderr)
