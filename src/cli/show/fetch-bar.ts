import type { FetchProgress } from '../../runtime/index.js'
import { stderr } from './output.js'
import { Screen } from './screen.js'
import { formatBytes } from './units.js'

const WIDTH = 30
/** Shortest time between two redraws of a bar: chunks come a thousand times a second. */
const REDRAW_MS = 100

interface Bar {
  text: string
  drawnAt: number
}

/** Progress of fetching programs: a bar for each on a terminal, else a line for each. */
export class FetchBar implements Disposable {
  readonly #screen: Screen
  readonly #live: (lines: readonly string[]) => void
  readonly #bars = new Map<string, Bar | undefined>()
  /** Programs that are complete; progress is reported on while npm does its rest. */
  readonly #complete = new Set<string>()

  constructor(screen: Screen = new Screen(stderr)) {
    this.#screen = screen
    this.#live = screen.section()
  }

  /** Bars on a screen that something else draws on, if that is a terminal; otherwise on standard error. */
  static beside(screen: Screen): FetchBar {
    return screen.isTerminal ? new FetchBar(screen) : new FetchBar()
  }

  readonly show = ({ name, receivedBytes, totalBytes }: FetchProgress): void => {
    if (!this.#screen.isTerminal) {
      const size = ` (${formatBytes(totalBytes)})`
      if (!this.#bars.has(name)) this.#screen.line(`fetching ${name}${size}`)
      this.#bars.set(name, undefined)
      return
    }
    if (this.#complete.has(name)) return
    const text = barText(name, receivedBytes, totalBytes)
    if (receivedBytes >= totalBytes) {
      this.#complete.add(name)
      this.#bars.delete(name)
      this.#draw()
      this.#screen.line(text)
      return
    }
    const now = performance.now()
    if (now - (this.#bars.get(name)?.drawnAt ?? -Infinity) < REDRAW_MS) return
    this.#bars.set(name, { text, drawnAt: now })
    this.#draw()
  };

  [Symbol.dispose](): void {
    this.#live([])
  }

  #draw(): void {
    this.#live([...this.#bars.values()].flatMap((bar) => bar?.text ?? []))
  }
}

function barText(name: string, received: number, total: number): string {
  const share = received / total
  const filled = Math.floor(share * WIDTH)
  const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled)
  return `fetching ${name} ${bar} ${Math.floor(share * 100)} %  ${formatBytes(received)} of ${formatBytes(total)}`
}
