import { appendFile, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { KIB, MIB } from '../core/bytes.js'

/** Limits of one log. */
export interface LogLimits {
  /** Bytes after which a file is put aside. */
  fileBytes: number
  /** Files of one log, with the present one. */
  files: number
}

export const LOG_LIMITS: LogLimits = { fileBytes: 4 * MIB, files: 4 }

/** Characters that may wait for a disk that is slower than what is printed. */
const MAX_WAITING = 8 * MIB
/** Characters of one write: what a reader finds at once. */
const MAX_BATCH = 256 * KIB
/** Pause after a failed write: a full disk does not become free at once. */
const RETRY_MS = 1000
/** Digits of the number of a file that was put aside, so that names sort by age. */
const DIGITS = 6

/** Listener to what becomes of a log. */
export interface LogTrouble {
  /** The disk takes no more, for the first time or again. */
  onBroken: (error: unknown) => void
  /** It does again. @returns the line that stands in place of so many lines that were not kept */
  missing: (lost: number) => string
}

/**
 * A file of lines, which is bounded: when it is full it is put aside as NAME.000001.jsonl and so on, and the oldest goes. Never throws
 * and never waits: lines that the disk does not take are counted. No file is held open between two writes.
 */
export class LogFile {
  readonly #path: string
  readonly #limits: LogLimits
  readonly #trouble: LogTrouble
  #waiting: string[] = []
  #waitingLength = 0
  #lost = 0
  #broken = false
  #retryAt = 0
  #bytes: number | undefined
  #writing: Promise<void> | undefined

  /** @param path of a file that ends in `.jsonl` */
  constructor(path: string, trouble: LogTrouble, limits: LogLimits = LOG_LIMITS) {
    this.#path = path
    this.#trouble = trouble
    this.#limits = limits
  }

  /** Writes a line as soon as those before it are written. */
  write(line: string): void {
    if (this.#waitingLength > MAX_WAITING || performance.now() < this.#retryAt) {
      this.#lost++
      return
    }
    this.#waiting.push(line)
    this.#waitingLength += line.length
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = undefined))
  }

  /** Resolves when everything was written, or could not be. */
  async close(): Promise<void> {
    while (this.#writing) await this.#writing
  }

  async #writeAll(): Promise<void> {
    // What is printed in one go is written in one go.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch()
      const lost = this.#lost
      const lines = lost > 0 ? [this.#trouble.missing(lost), ...batch] : batch
      try {
        await this.#append(`${lines.join('\n')}\n`)
        this.#lost -= lost
        this.#broken = false
      } catch (error) {
        this.#onFailed(batch.length, error)
      }
    }
  }

  #takeBatch(): string[] {
    let length = 0
    const end = this.#waiting.findIndex((line) => (length += line.length) > MAX_BATCH)
    const batch = this.#waiting.splice(0, end === -1 ? this.#waiting.length : end + 1)
    this.#waitingLength -= length
    return batch
  }

  async #append(text: string): Promise<void> {
    this.#bytes ??= await stat(this.#path).then(
      ({ size }) => size,
      () => 0,
    )
    if (this.#bytes >= this.#limits.fileBytes) await this.#rotate()
    const bytes = Buffer.from(text)
    // Known only when the write has succeeded: a failed one may have written a part.
    const before = this.#bytes
    this.#bytes = undefined
    await appendFile(this.#path, bytes, { mode: 0o600 })
    this.#bytes = before + bytes.length
  }

  async #rotate(): Promise<void> {
    const aside = await filesAside(this.#path)
    const next = numberOf(aside.at(-1) ?? '') + 1
    const name = basename(this.#path, '.jsonl')
    await rename(this.#path, join(dirname(this.#path), `${name}.${String(next).padStart(DIGITS, '0')}.jsonl`))
    this.#bytes = 0
    const keep = this.#limits.files - 2
    for (const path of aside.slice(0, Math.max(0, aside.length - keep))) await rm(path, { force: true })
  }

  #onFailed(lines: number, error: unknown): void {
    this.#lost += lines + this.#waiting.length
    this.#waiting = []
    this.#waitingLength = 0
    this.#retryAt = performance.now() + RETRY_MS
    if (!this.#broken) this.#trouble.onBroken(error)
    this.#broken = true
  }
}

/** Paths of the files that were put aside of a log, the oldest first. */
export async function filesAside(path: string): Promise<string[]> {
  const name = basename(path, '.jsonl')
  const names = await readdir(dirname(path)).catch(() => [])
  return names
    .filter((each) => each.startsWith(`${name}.`) && numberOf(each) > 0)
    .sort((a, b) => numberOf(a) - numberOf(b))
    .map((each) => join(dirname(path), each))
}

/** Number of a file that was put aside; 0 for any other name. */
export function numberOf(path: string): number {
  return Number(/\.(\d+)\.jsonl$/.exec(path)?.[1] ?? 0)
}
