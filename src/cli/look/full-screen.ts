import type { Output } from '../show/output.js'
import { cutLines } from './cut-lines.js'

/** Keys that end a command: q, Ctrl-C and Ctrl-D, which come as characters while keys are read one by one. */
const QUIT = /[qQ\u0003\u0004]/

/**
 * The whole of a terminal, with what was there before behind it. Whoever ends it gives the terminal back, as does the end of the
 * process.
 */
export class FullScreen implements Disposable {
  readonly #output: Output
  readonly #quit = new AbortController()
  readonly #cleanup: (() => void)[] = []
  #lines: () => readonly string[] = () => []

  constructor(output: Output, input: NodeJS.ReadStream = process.stdin) {
    this.#output = output
    const leave = output.enterFullScreen()
    process.once('exit', leave)
    this.#cleanup.push(
      leave,
      () => process.off('exit', leave),
      output.onResize(() => this.#draw()),
    )
    if (input.isTTY) this.#readKeys(input)
  }

  /** Aborts when somebody presses a key that ends the command. */
  get quit(): AbortSignal {
    return this.#quit.signal
  }

  /** Shows lines. They are made again when the size of the terminal changes. */
  show(lines: () => readonly string[]): void {
    this.#lines = lines
    this.#draw()
  }

  [Symbol.dispose](): void {
    for (const undo of this.#cleanup.splice(0)) undo()
  }

  #draw(): void {
    this.#output.drawScreen(cutLines(this.#lines(), this.#output.height))
  }

  #readKeys(input: NodeJS.ReadStream): void {
    const onData = (data: Buffer): void => {
      if (QUIT.test(data.toString('latin1'))) this.#quit.abort()
    }
    input.setRawMode(true)
    input.on('data', onData)
    this.#cleanup.push(() => {
      input.off('data', onData)
      input.setRawMode(false)
      input.pause()
    })
  }
}
