import { plainLine } from '../../runtime/core/text/plain-text.js'
import type { Output } from './output.js'

/**
 * One output: whole lines that scroll by and, on a terminal, sections of live lines that stay below them. All that
 * draws on the same terminal shares one screen, since each erases what it has drawn by counting lines.
 */
export class Screen {
  readonly #output: Output
  readonly #sections: (readonly string[])[] = []
  #drawn = 0

  constructor(output: Output) {
    this.#output = output
  }

  get isTerminal(): boolean {
    return this.#output.isTTY
  }

  line(text: string): void {
    this.#erase()
    this.#output.line(text)
    this.#draw()
  }

  /**
   * Adds a section of live lines below the others. Returns the function that replaces its lines, which are cut to the
   * width of the terminal, so they have no colours. Without a terminal nothing is drawn.
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
    this.#output.erase(this.#drawn)
    this.#drawn = 0
  }

  #draw(): void {
    const { width } = this.#output
    const lines = this.#sections.flat().map(plainLine)
    for (const line of lines) this.#output.line(line.slice(0, width === undefined ? undefined : width - 1))
    this.#drawn = lines.length
  }
}
