import { open, stat } from 'node:fs/promises'
import { KIB } from '../core/bytes.js'
import { parseJson } from '../core/message/parse-json.js'
import { filesAside, numberOf } from './log-file.js'
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
  /**
   * Number of the file that was read last, and how far: that under which it is put aside, as the file system gives the number of a
   * deleted file to the next one.
   */
  #file: number | undefined
  #offset = 0
  /** When the present file was read to its end, it had this time of change. */
  #readAt: number | undefined

  constructor(path: string, node: string | null) {
    this.#path = path
    this.#node = node
  }

  async *fresh(): AsyncGenerator<LogRecord, void, undefined> {
    const present = await stat(this.#path).catch(() => undefined)
    if (present && present.mtimeMs === this.#readAt && present.size === this.#offset) return
    const files = await this.#files()
    let first = files.findIndex(({ number }) => number === this.#file)
    if (first === -1) {
      if (this.#file !== undefined) yield this.#gap()
      first = 0
    }
    for (const { path, number } of files.slice(first)) {
      if (number !== this.#file) this.#offset = 0
      this.#file = number
      if (!(yield* this.#readOn(path, number))) return
    }
    this.#readAt = present?.mtimeMs
  }

  /** Files of the log, the oldest first, with the number under which each is put aside, or will be. */
  async #files(): Promise<{ path: string; number: number }[]> {
    const aside = (await filesAside(this.#path)).map((path) => ({ path, number: numberOf(path) }))
    return [...aside, { path: this.#path, number: (aside.at(-1)?.number ?? 0) + 1 }]
  }

  /** Reads to the end of a file. @returns whether it was there, and still the file of that number */
  async *#readOn(path: string, number: number): AsyncGenerator<LogRecord, boolean, undefined> {
    const handle = await open(path).catch(() => undefined)
    if (!handle) return false
    try {
      // Another file has this name when it was put aside just now; the next time finds both.
      const now = (await this.#files()).find((file) => file.path === path)
      if (now?.number !== number) return false
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
