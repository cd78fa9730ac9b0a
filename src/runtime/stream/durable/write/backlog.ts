import { MIB } from '../../../core/bytes.js'

/** Bytes up to which records are counted together as one segment, so that the account of a large stream stays small. */
const SEGMENT_BYTES = MIB
/** Approximate number of bytes that the server keeps with a record besides its payload. */
const OVERHEAD_BYTES = 400
/** Fractions of the limit. Our count differs a little from the server's, so some room is left at the top. */
const MAX_UNDONE = 0.9
const HIGH_WATERMARK = 0.95
const LOW_WATERMARK = 0.85

/** Records up to a sequence, and their bytes together. */
interface Segment {
  last: number
  bytes: number
}

/** Records that a stream keeps from before. */
export interface KeptRecords extends Segment {
  /** Sequence of the first record. */
  first: number
}

/**
 * Records that the stream keeps, as its writer counts them. Retention discards the oldest, so the writer waits rather than
 * let the stream grow by records that some receiver has not acknowledged: only processed records are discarded.
 */
export class Backlog {
  readonly #limit: number
  /** Records that are acknowledged by all, oldest first, and after them the others. */
  readonly #done: Segment[] = []
  readonly #undone: Segment[] = []
  #kept = 0
  #undoneBytes = 0

  /** @param limit bytes that the stream keeps at most */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Bytes that a record of that payload takes of the limit. */
  static weight(length: number): number {
    return length + OVERHEAD_BYTES
  }

  add(sequence: number, weight: number): void {
    this.#kept += weight
    this.#undoneBytes += weight
    const latest = this.#undone.at(-1)
    if (latest && latest.bytes < SEGMENT_BYTES) {
      latest.last = sequence
      latest.bytes += weight
    } else {
      this.#undone.push({ last: sequence, bytes: weight })
    }
  }

  /**
   * Adds records from before that no receiver needs. Only the sum of their sizes is known; they are assumed to be
   * equal.
   */
  addDone({ first, last, bytes }: KeptRecords): void {
    const count = Math.min(last - first + 1, Math.ceil(bytes / SEGMENT_BYTES))
    for (let n = 1; n <= count; n++) {
      this.#done.push({
        last: first + Math.floor(((last - first + 1) * n) / count) - 1,
        bytes: bytes / count,
      })
    }
    this.#kept += bytes
  }

  /** Marks all records up to that sequence as acknowledged by all. */
  release(sequence: number): void {
    for (let oldest = this.#undone[0]; oldest && oldest.last <= sequence; oldest = this.#undone[0]) {
      this.#undoneBytes -= oldest.bytes
      this.#done.push(oldest)
      this.#undone.shift()
    }
  }

  hasRoom(weight: number): boolean {
    return this.#undoneBytes === 0 || this.#undoneBytes + weight <= this.#limit * MAX_UNDONE
  }

  /** Whether one item of that weight could ever be kept. */
  canHold(weight: number): boolean {
    return weight <= this.#limit * MAX_UNDONE
  }

  /**
   * Sequence below which records may go to make room for a good while; undefined while the stream is not nearly full. For
   * each record that the server discards itself it reads its files; for many at a time it deletes the files.
   */
  prune(): number | undefined {
    if (this.#kept <= this.#limit * HIGH_WATERMARK) return undefined
    let last: number | undefined
    for (
      let oldest = this.#done[0];
      oldest && this.#kept > this.#limit * LOW_WATERMARK;
      oldest = this.#done[0]
    ) {
      this.#kept -= oldest.bytes
      last = oldest.last
      this.#done.shift()
    }
    return last === undefined ? undefined : last + 1
  }
}
