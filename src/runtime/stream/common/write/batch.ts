import { encode, ValuesWriter, type BytesKind, type EncodedItem } from '../../../codec/index.js'
import type { Cause } from '../../../core/stream/cause.js'
import { OriginRuns, type Origin } from '../../../core/stream/origin.js'
import type { Lane } from '../../../core/plan/summary.js'
import type { Assignment, ItemKey } from '../../protocol/messages.js'

/** Unit of transport: the bytes of one item, or a batch of small items. */
export interface Chunk {
  /** Number of the first item. */
  first: number
  /** Number of items. */
  count: number
  kind: BytesKind | null
  bytes: Uint8Array
  /** Only receiver of a chunk of a shared stream; then `first` counts that receiver's items. */
  share?: Assignment & { lane: Lane }
  /** Key of the only item, where the stream is shared by key. */
  key?: ItemKey | undefined
  /** Time when the first item was captured or yielded, in milliseconds since 1970. */
  time: number
  /** Where items are results: the origin of the only one; true: those of a batch, which are one more value at its end. */
  origin?: Origin | true | undefined
  /** Where items are results: origin of the last one. */
  lastOrigin?: Origin | undefined
  /** Where items are results of items of a durable stream: cause of the last one. */
  cause?: Cause | undefined
}

/** Destination of a writer's chunks. */
export interface ChunkOutput {
  /** Whether a chunk is being sent. */
  readonly busy: boolean
  /** Resolves when the next chunk may come. */
  send(chunk: Chunk): Promise<void>
}

/** Collects small items into one chunk. */
export class Batch {
  readonly #limit: number
  readonly #values: ValuesWriter
  readonly #origins = new OriginRuns()
  #origin: Origin | undefined
  #cause: Cause | undefined
  #key: ItemKey | undefined
  #first = 0
  #time = 0

  /** @param limit bytes of values at which the batch is full */
  constructor(limit: number) {
    this.#limit = limit
    this.#values = new ValuesWriter(limit)
  }

  add(number: number, item: EncodedItem, time: number, origin?: Origin, cause?: Cause, key?: ItemKey): void {
    if (this.empty) {
      this.#first = number
      this.#time = time
    }
    if (origin) this.#origins.add(origin)
    this.#origin = origin
    this.#cause = cause
    this.#key = key
    this.#values.add(item)
  }

  /** Adds a small integer to a batch that is not empty. False: the item must be encoded and added by `add`. */
  addInteger(item: unknown, origin?: Origin, cause?: Cause): boolean {
    if (this.empty || !this.#values.addInteger(item)) return false
    if (origin) this.#origins.add(origin)
    this.#origin = origin
    this.#cause = cause
    return true
  }

  get empty(): boolean {
    return this.#values.count === 0
  }

  get full(): boolean {
    return this.#values.bytes >= this.#limit
  }

  /** Bytes of the values so far. */
  get bytes(): number {
    return this.#values.bytes
  }

  /** Number of the first item; only when not empty. */
  get first(): number {
    return this.#first
  }

  take(): Chunk {
    const { count } = this.#values
    const runs = this.#origins.take()
    if (runs) this.#values.add({ kind: undefined, bytes: encode(runs) })
    const [first, time, origin, cause] = [
      this.#first,
      this.#time,
      runs ? (true as const) : undefined,
      this.#cause,
    ]
    const [key, lastOrigin] = [this.#key, this.#origin]
    return { first, count, kind: null, bytes: this.#values.take(), key, time, origin, lastOrigin, cause }
  }
}
