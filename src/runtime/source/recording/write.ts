import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeItem } from '../../codec/index.js'
import { GIB } from '../../core/bytes.js'
import { messageOf } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { makeFolders } from '../../core/ownership/make-folders.js'
import type { Resumable } from '../../core/stream/resumable.js'
import { RECORDING_INDEX } from '../../core/plan/plan.js'
import type { OutputFrame } from '../contract/output.js'
import { passedThrough } from '../contract/passed-through.js'
import { FILE_MODE, FOLDER_MODE, RECORDING_HEADER, RECORDING_DATA, type RecordedItem } from './format.js'
import { count } from '../../core/text/count.js'

/** Largest size of a recording, some twelve seconds of 720p. */
const MAX_BYTES = GIB

export interface RecordOptions {
  /** Name of the source. */
  name: string
  /** Folder of this recording, which is made. */
  folder: string
  log: Logger
}

/**
 * Passes items through and records them in a folder. A failure to write, or the size limit, ends the recording with a
 * warning, and the items are still passed through. An existing recording is never overwritten. It is resumed as its source is.
 */
export function recordItems(
  items: AsyncIterable<unknown> & Resumable,
  options: RecordOptions,
): AsyncGenerator<unknown, void> & Resumable {
  return passedThrough(items, (from) => record(from, options))
}

async function* record(
  items: Iterable<unknown> | AsyncIterable<unknown>,
  options: RecordOptions,
): AsyncGenerator<unknown, void> {
  const recording = await Recording.open(options)
  try {
    for await (const item of items) {
      await recording.store(item)
      yield item
    }
  } finally {
    await recording.close()
  }
}

/** Passes the frames of several outputs through, and records each output as `recordItems` does. */
export async function* recordOutputs(
  frames: AsyncIterable<OutputFrame>,
  outputs: readonly RecordOptions[],
): AsyncGenerator<OutputFrame, void> {
  const recordings = new Map<string, Recording>()
  try {
    for (const options of outputs) recordings.set(options.name, await Recording.open(options))
    for await (const item of frames) {
      await recordings.get(item.output)?.store(item.frame)
      yield item
    }
  } finally {
    for (const recording of recordings.values()) await recording.close()
  }
}

/** Recording of one source, which ends with a warning when it cannot go on. */
class Recording {
  readonly #options: RecordOptions
  #recorder: Recorder | undefined

  private constructor(options: RecordOptions) {
    this.#options = options
  }

  static async open(options: RecordOptions): Promise<Recording> {
    const recording = new Recording(options)
    await recording.#attempt(async () => (recording.#recorder = await Recorder.open(options.folder)))
    return recording
  }

  async store(item: unknown): Promise<void> {
    await this.#attempt(async () => this.#recorder?.store(item))
  }

  async close(): Promise<void> {
    await this.#recorder?.close()
    this.#recorder = undefined
  }

  async #attempt(step: () => Promise<unknown>): Promise<void> {
    const { log, name } = this.#options
    try {
      await step()
    } catch (error) {
      log.warn(`the recording of ${name} ends: ${messageOf(error)}`)
      await this.close()
    }
  }
}

class Recorder {
  #items = 0
  #bytes = 0

  private constructor(
    private readonly index: FileHandle,
    private readonly data: FileHandle,
  ) {}

  static async open(folder: string): Promise<Recorder> {
    makeFolders(folder, FOLDER_MODE)
    const index = await open(join(folder, RECORDING_INDEX), 'wx', FILE_MODE)
    const data = await open(join(folder, RECORDING_DATA), 'wx', FILE_MODE)
    await index.appendFile(`${JSON.stringify(RECORDING_HEADER)}\n`)
    return new Recorder(index, data)
  }

  /** Stores an item: first its bytes, then its line in the index, so that the index never names missing bytes. */
  async store(item: unknown): Promise<void> {
    const { kind = null, bytes } = encodeItem(item, this.#items)
    this.#bytes += bytes.length
    if (this.#bytes > MAX_BYTES)
      throw new Error(`it has reached ${MAX_BYTES} bytes, after ${count(this.#items, 'item')}`)
    const line: RecordedItem = { kind, bytes: bytes.length }
    await this.data.appendFile(bytes)
    await this.index.appendFile(`${JSON.stringify(line)}\n`)
    this.#items++
  }

  async close(): Promise<void> {
    await this.data.close()
    await this.index.close()
  }
}
