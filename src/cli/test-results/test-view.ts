import type { TestResult } from '../../runtime/index.js'
import { coloursFor, type Colours } from '../show/colours.js'
import { Screen } from '../show/screen.js'
import { testLines } from './test-lines.js'

/** Shows tests as they end, and on a terminal which ones are running. */
export class TestView implements Disposable {
  readonly #screen: Screen
  readonly #colours: Colours
  readonly #running: string[] = []

  constructor(stream: NodeJS.WriteStream) {
    this.#screen = new Screen(stream)
    this.#colours = coloursFor(stream)
  }

  readonly start = ({ name }: { name: string }): void => {
    this.#running.push(name)
    this.#redraw()
  }

  readonly end = (result: TestResult): void => {
    this.#running.splice(this.#running.indexOf(result.name), 1)
    for (const line of testLines(result, this.#colours)) this.#screen.line(line)
    this.#redraw()
  };

  [Symbol.dispose](): void {
    this.#screen.live([])
  }

  #redraw(): void {
    this.#screen.live(this.#running.map((name) => `… ${name}`))
  }
}
