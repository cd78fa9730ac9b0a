import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogRecord } from './log-record.js'
import { LogReader, type LogSource } from './log-reader.js'
import { byTime } from './by-time.js'
import { nodeOfLog } from './run-logs.js'

/** Reads the logs of all nodes in a folder, also of those that come later. */
export class FolderReader implements LogSource {
  readonly #folder: string
  readonly #readers = new Map<string, LogReader>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Names of the nodes that have a log. */
  async nodes(): Promise<string[]> {
    return (await this.#logs()).flatMap(({ node }) => node ?? [])
  }

  async *fresh(): AsyncGenerator<LogRecord, void, undefined> {
    for (const { name, node } of await this.#logs())
      if (!this.#readers.has(name)) this.#readers.set(name, new LogReader(join(this.#folder, name), node))
    yield* byTime([...this.#readers.values()].map((reader) => reader.fresh()))
  }

  async #logs(): Promise<{ name: string; node: string | null }[]> {
    const names = await readdir(this.#folder).catch(() => [])
    return names.flatMap((name) => {
      const node = nodeOfLog(name)
      return node === undefined ? [] : [{ name, node }]
    })
  }
}
