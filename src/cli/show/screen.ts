import { clearScreenDown, moveCursor } from 'node:readline'

/**
 * One output: whole lines that scroll by and, on a terminal, sections of live lines that stay below them. All that
 * draws on the same terminal shares one screen, since each erases what it has drawn by counting lines.
 */
export class Screen {
  readonly #stream: NodeJS.WriteStream
  readonly #sections: (readonly string[])[] = []
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

  /**
   * Adds a section of live lines below the others. Returns the function that replaces its lines, which are cut to the
   * width of the terminal, so they may hold no escape codes. Without a terminal nothing is drawn.
   */
  section(): (lines: readonly string[]) => void {
    const index = this.#sections.push([]) - 1
    return (lines) => {
      if (!this.isTerminal) return
      this.#erase()
      this.#sections[index] = lines
      this.#draw()
    }
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
    const lines = this.#sections.flat()
    for (const line of lines) this.#stream.write(`${line.slice(0, width)}\n`)
    this.#drawn = lines.length
  }
}
