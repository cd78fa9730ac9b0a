import type { TestResult } from '../../runtime/index.js'
import { coloursFor, type Colours } from '../show/colours.js'
import type { Screen } from '../show/screen.js'
import { testLines } from './test-lines.js'

/** Shows each test when it ends, and on a terminal the names of the running ones. */
export class TestView implements Disposable {
  readonly #screen: Screen
  readonly #live: (lines: readonly string[]) => void
  readonly #colours: Colours
  readonly #holds: boolean
  readonly #running: string[] = []

  /** @param holds whether failed tests are shown later, when it is known which of them were updated */
  constructor(screen: Screen, holds: boolean) {
    this.#screen = screen
    this.#holds = holds
    this.#live = screen.section()
    this.#colours = coloursFor({ isTTY: screen.isTerminal })
  }

  readonly start = ({ name }: { name: string }): void => {
    this.#running.push(name)
    this.#redraw()
  }

  /** Takes a test away that was ended before it had a result. */
  readonly abort = ({ name }: { name: string }): void => {
    this.#running.splice(this.#running.indexOf(name), 1)
    this.#redraw()
  }

  readonly end = (result: TestResult): void => {
    this.#running.splice(this.#running.indexOf(result.name), 1)
    if (result.passed || !this.#holds)
      for (const line of testLines(result, this.#colours)) this.#screen.line(line)
    this.#redraw()
  };

  [Symbol.dispose](): void {
    this.#live([])
  }

  #redraw(): void {
    this.#live(this.#running.map((name) => `… ${name}`))
  }
}
