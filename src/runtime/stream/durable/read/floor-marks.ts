import type { JetStreamManager } from '@nats-io/jetstream'
import { originAt, type Origin } from '../../../core/stream/origin.js'
import { startTimer, type Timer } from '../../../core/timer.js'
import { batchValues } from '../../common/read/batch-values.js'
import { sharedConsumerName, type DurableOpen } from '../../protocol/durable-messages.js'
import type { NatsLink } from '../../protocol/nats-link.js'
import type { IncomingMarks } from '../../protocol/ports.js'
import { consumerInfo, storedAt, type StoredRecord } from '../store/item-store.js'

/** Interval at which the server is asked for the ack floor, while marks are wanted. */
const ASK_MS = 100
/** Answers in a row that nothing is left to do, after which only the source of the last item is told of. */
const QUIET = 10
/** Records without items that may lie behind the last item: the beginnings and ends of sessions. */
const MAX_BACK = 8

interface FloorMarksOptions {
  link: NatsLink
  jsm: JetStreamManager
  durable: DurableOpen
  /** Name of the stream's source; null when its items are results. */
  source: string | null
  marks: IncomingMarks
}

/**
 * Marks of a shared durable stream. Any item that is not acknowledged may be given to this receiver, so they are those of the ack
 * floor of all: an item of a receiver that died is done again by another, and holds up those after it until then.
 */
export class FloorMarks {
  readonly #options: FloorMarksOptions
  #timer: Timer | undefined
  #floor = -1
  #quiet = 0
  #isClosed = false

  constructor(options: FloorMarksOptions) {
    this.#options = options
    this.#askLater()
  }

  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
  }

  #askLater(): void {
    if (this.#isClosed) return
    this.#timer = startTimer(ASK_MS, () => {
      // The server may be away, and is asked again.
      void this.#ask()
        .catch(() => undefined)
        .then(() => this.#askLater())
    })
  }

  async #ask(): Promise<void> {
    const { link, jsm, durable, marks } = this.#options
    if (!marks.areWanted) return
    const info = await link.whileConnected(() =>
      consumerInfo(jsm, durable.stream, sharedConsumerName(durable.run)),
    )
    if (!info) return
    const floor = info.ack_floor.stream_seq
    const isDone = info.num_pending === 0 && info.num_ack_pending === 0
    this.#quiet = isDone && floor === this.#floor ? this.#quiet + 1 : 0
    if (floor === this.#floor && this.#quiet !== QUIET) return
    const origin = await this.#originAt(floor)
    if (origin) {
      marks.passed(origin)
      if (this.#quiet === QUIET) marks.keepOnly(origin.source)
    }
    this.#floor = floor
  }

  /** Origin of the last item up to that sequence. */
  async #originAt(sequence: number): Promise<Origin | undefined> {
    const { jsm, durable } = this.#options
    for (let at = sequence; at >= durable.start && at > sequence - MAX_BACK; at--) {
      const record = await storedAt(jsm, durable, at)
      if (record?.header.what === 'part') return this.#originOf(record)
    }
    return undefined
  }

  #originOf({ header, data }: StoredRecord): Origin | undefined {
    if (header.what !== 'part') return undefined
    const { origin, first, time } = header
    if (!origin) return { source: this.#options.source, item: first, time }
    if (origin !== true) return origin
    const origins = batchValues(data, header)?.origins
    return origins && originAt(origins, 0)
  }
}
