import type { LogRecord } from '../../runtime/index.js'
import { parseDuration } from '../../runtime/core/duration.js'
import { DaffiError } from '../../runtime/core/errors.js'
import type { Colours } from '../show/colours.js'
import { printedLines } from '../show/marked-colours.js'
import { nodePrefix } from '../show/node-prefix.js'
import type { Output } from '../show/output.js'

/** Prefix of records about the run as a whole, as in the terminal of `daffi up`. */
const OWN = 'daffi'

interface PrinterOptions {
  output: Output
  json: boolean
  timestamps: boolean
  colours: Colours
  /** Names of nodes, as far as they are known. */
  names?: readonly string[]
}

/** Prints log records, no faster than they are read. */
export class LogPrinter {
  readonly #options: PrinterOptions
  /** Names in the order in which they came, so that each keeps its colour. */
  readonly #names: string[]
  #prefix: (name: string) => string

  constructor(options: PrinterOptions) {
    this.#options = options
    this.#names = [...(options.names ?? []), OWN]
    this.#prefix = nodePrefix(this.#names, options.colours)
  }

  async print(record: LogRecord): Promise<void> {
    const { output, json, timestamps, colours } = this.#options
    if (json) output.jsonLine(record)
    else {
      const { time, node, stream, level, text } = record
      const when = timestamps ? `${colours.dim(time)} ` : ''
      const paint =
        stream === 'daffi' ? { info: colours.dim, warn: colours.yellow, error: colours.red }[level] : String
      const start = when + this.#prefixOf(node ?? OWN)
      for (const line of text.split('\n'))
        for (const each of stream === 'daffi' ? [paint(line)] : printedLines(line, colours))
          output.line(start + each)
    }
    await output.drained()
  }

  #prefixOf(name: string): string {
    if (!this.#names.includes(name)) {
      this.#names.push(name)
      this.#prefix = nodePrefix(this.#names, this.#options.colours)
    }
    return this.#prefix(name)
  }
}

/**
 * A point in time: a date, or how long ago.
 * @returns milliseconds since 1970
 * @throws DaffiError DAFFI_USAGE
 */
export function readSince(text: string, now: number): number {
  const time = /^\d{4}-\d\d/.test(text) ? Date.parse(text) : now - agoMs(text)
  if (!Number.isNaN(time)) return time
  throw new DaffiError('DAFFI_USAGE', `--since: ${JSON.stringify(text)} is no time`, {
    next: 'Write a time such as 2026-11-20T08:00:00Z, or how long ago, such as 10m.',
  })
}

function agoMs(text: string): number {
  try {
    return parseDuration(text)
  } catch {
    return NaN
  }
}
