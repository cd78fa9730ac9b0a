import { clearScreenDown, moveCursor } from 'node:readline'

/** One output: whole lines that scroll by and, on a terminal, a few live lines that stay below them. */
export class Screen {
  readonly #stream: NodeJS.WriteStream
  #live: string[] = []
  #drawn = 0

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY
  }

  line(text: string): void {
    this.#erase()
    this.#stream.write(`${text}\n`)
    this.#draw()
  }

  /** Replaces the live lines. They are cut to the width of the terminal, so they may hold no escape codes. */
  live(lines: string[]): void {
    if (!this.isTerminal) return
    this.#erase()
    this.#live = lines
    this.#draw()
  }

  #erase(): void {
    if (this.#drawn === 0) return
    moveCursor(this.#stream, 0, -this.#drawn)
    clearScreenDown(this.#stream)
    this.#drawn = 0
  }

  #draw(): void {
    // Some terminals don't tell their width.
    const width = this.#stream.columns > 0 ? this.#stream.columns - 1 : undefined
    for (const line of this.#live) this.#stream.write(`${line.slice(0, width)}\n`)
    this.#drawn = this.#live.length
  }
}
