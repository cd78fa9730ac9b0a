import { encodeItem } from '../../../codec/index.js'
import { thrownRecord } from '../../../core/message/error-text.js'
import type { DeadLetterSink } from '../../common/read/item-outcomes.js'
import type { DurableOpen } from '../../protocol/durable-messages.js'
import type { Open } from '../../protocol/messages.js'
import type { DeadLetterStore } from '../store/dead-letter-store.js'

interface DeadLetterWriterOptions {
  open: Open
  durable: DurableOpen
  /** Name of the receiving node. */
  node: string
  /** Name of the durable stream. */
  stream: string
  letters: DeadLetterStore
}

/** Stores failed items of one durable stream among the pipeline's dead letters. */
export class DeadLetterWriter implements DeadLetterSink {
  readonly #options: DeadLetterWriterOptions

  constructor(options: DeadLetterWriterOptions) {
    this.#options = options
  }

  async add(item: unknown, number: number, error: unknown): Promise<void> {
    const { open, durable, node, stream, letters } = this.#options
    const { kind, bytes } = encodeItem(item, number)
    await letters.add(
      {
        call: open.call,
        stream,
        run: durable.run,
        node,
        item: number,
        error: thrownRecord(error),
        attempts: open.retry.attempts,
        time: Date.now(),
        kind: kind ?? null,
        bytes: bytes.length,
      },
      bytes,
    )
  }
}
