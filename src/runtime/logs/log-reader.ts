import { open, stat } from 'node:fs/promises'
import { KIB } from '../core/bytes.js'
import { parseJson } from '../core/message/parse-json.js'
import { filesAside } from './log-file.js'
import { isLogRecord, logRecord, type LogRecord } from './log-record.js'

const READ_BYTES = 256 * KIB
const LINE_END = 0x0a

/** Source of log records, which may be asked again and again. */
export interface LogSource {
  /** Records that have come since the last time, in order. */
  fresh: () => AsyncIterable<LogRecord>
}

/** Reads the log of one node while it is written, through all the files that are put aside meanwhile. */
export class LogReader implements LogSource {
  readonly #path: string
  readonly #node: string | null
  /** The file that was read last, by its number in the file system, and how far. */
  #file: number | undefined
  #offset = 0

  constructor(path: string, node: string | null) {
    this.#path = path
    this.#node = node
  }

  async *fresh(): AsyncGenerator<LogRecord, void, undefined> {
    const present = await stat(this.#path).catch(() => undefined)
    if (present && present.ino === this.#file && present.size === this.#offset) return
    const paths = [...(await filesAside(this.#path)), this.#path]
    const files = await Promise.all(
      paths.map(async (path) => ({ path, number: await stat(path).then(({ ino }) => ino, noFile) })),
    )
    let first = files.findIndex(({ number }) => number === this.#file && number !== undefined)
    if (first === -1) {
      if (this.#file !== undefined) yield this.#gap()
      first = 0
      this.#offset = 0
    }
    for (const { path, number } of files.slice(first)) {
      if (number === undefined) continue
      if (number !== this.#file) this.#offset = 0
      this.#file = number
      if (!(yield* this.#readOn(path, number))) return
    }
  }

  /** Reads to the end of a file. @returns whether it was still the file of that number */
  async *#readOn(path: string, number: number): AsyncGenerator<LogRecord, boolean, undefined> {
    const handle = await open(path).catch(noFile)
    if (!handle) return false
    try {
      // Another file has this name when it was put aside just now; the next time finds both.
      if ((await handle.stat()).ino !== number) return false
      let rest: Buffer[] = []
      let position = this.#offset
      for (;;) {
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(READ_BYTES), 0, READ_BYTES, position)
        // A line that is being written is read the next time.
        if (bytesRead === 0) return true
        position += bytesRead
        const bytes = buffer.subarray(0, bytesRead)
        const end = bytes.lastIndexOf(LINE_END)
        if (end === -1) {
          rest.push(bytes)
          continue
        }
        const lines = Buffer.concat([...rest, bytes.subarray(0, end)]).toString()
        rest = [bytes.subarray(end + 1)]
        this.#offset = position - (bytesRead - end - 1)
        for (const line of lines.split('\n')) {
          const record = parseJson(line)
          // What is none was cut off by a full disk.
          if (isLogRecord(record)) yield record
        }
      }
    } finally {
      await handle.close()
    }
  }

  #gap(): LogRecord {
    const text = 'lines are missing here: they came faster than they were read'
    return logRecord({ node: this.#node ?? undefined, stream: 'daffi', level: 'warn', text })
  }
}

function noFile(): undefined {
  return undefined
}
