import { open, statfs } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { MIB } from '../../core/bytes.js'
import type { Logger } from '../../core/logger.js'
import type { ServerFiles } from './server-config.js'

const INTERVAL_MS = 1000
/** Lines of nats-server's log after which JetStream stores nothing until the server is started again. */
const WRITE_ERROR = /critical write error|JetStream out of .*DISABLED/i
/** Space on the disk with which a new start makes sense. */
const ENOUGH_BYTES = 32 * MIB

/**
 * Resolves when the server must be started again: it could not write, as on a full disk, after which it refuses to store for
 * as long as it runs; and there is room on the disk again.
 */
export async function writeErrorIsOver(files: ServerFiles, log: Logger, signal: AbortSignal): Promise<void> {
  const reader = new LogReader(files.log)
  await reader.next()
  while (!WRITE_ERROR.test(await reader.next())) await delay(INTERVAL_MS, undefined, { signal })
  const room = await freeBytes(files.store)
  if (room < ENOUGH_BYTES)
    log.warn(
      `DAFFI_STORE_FULL: nats-server cannot write to ${files.store}; it is started again when there is room`,
    )
  while ((await freeBytes(files.store)) < ENOUGH_BYTES) await delay(INTERVAL_MS, undefined, { signal })
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Reader of what a log gains. */
class LogReader {
  readonly #path: string
  #position = 0

  constructor(path: string) {
    this.#path = path
  }

  /** Text since the last reading; all of it, when the log was rotated meanwhile. */
  async next(): Promise<string> {
    const file = await open(this.#path).catch(() => undefined)
    if (!file) return ''
    try {
      const { size } = await file.stat()
      if (size < this.#position) this.#position = 0
      const bytes = Buffer.alloc(size - this.#position)
      await file.read(bytes, 0, bytes.length, this.#position)
      this.#position = size
      return bytes.toString()
    } finally {
      await file.close()
    }
  }
}
