import { OutcomeCounter } from '../../common/read/outcome-counter.js'
import type { AttachCounts, Progress } from '../../protocol/messages.js'
import type { ReaderSession } from './reader-session.js'

/** Earlier attaches that are still reported: older ones have been for long, and do not change. */
const MAX_EARLIER = 16

/** Counts of one receiver, over all its attaches. */
export class ReaderAccount {
  /** Counts before an accept. */
  readonly #nothing = new OutcomeCounter(0)
  readonly #isJoined: boolean
  readonly #before: readonly AttachCounts[]
  #earlier: readonly ReaderSession[] = []
  #session: ReaderSession | undefined
  #latest: number

  /**
   * @param before counts of receivers of the same stream that this process had before
   * @param isJoined whether the stream is a side of a join
   */
  constructor(before: readonly AttachCounts[], isJoined: boolean) {
    this.#isJoined = isJoined
    this.#before = before
    this.#latest = Math.max(0, ...before.map(({ attach }) => attach))
  }

  /** Present session; undefined while the receiver waits to be accepted. */
  get session(): ReaderSession | undefined {
    return this.#session
  }

  /** Whether the number is that of a later attach than any before. */
  isNew(attach: number): boolean {
    return attach > this.#latest
  }

  /** Ends the present session, if there is one, and begins the next, if it is given. */
  begin(session: ReaderSession | undefined): void {
    if (this.#session) {
      this.#session.queue.close()
      void this.#session.delivery.close()
      this.#earlier = [...this.#earlier, this.#session].slice(-MAX_EARLIER)
    }
    this.#session = session
    this.#latest = session?.attach ?? this.#latest
  }

  /** Counts of all attaches, the present one last. */
  get all(): AttachCounts[] {
    const sessions = this.#session ? [...this.#earlier, this.#session] : this.#earlier
    return [...this.#before, ...sessions.map(countsOf)].slice(-MAX_EARLIER)
  }

  /** Counts as they are reported. @param skipped items that were dropped before the next one was begun */
  report(
    skipped: number,
  ): Omit<Progress, 'node' | 'incarnation' | 'pid' | 'lane' | 'state' | 'error' | 'group'> {
    const { unmatched, ...counts } = (this.#session?.counter ?? this.#nothing).counts
    const earlier = [...this.#before, ...this.#earlier.map(countsOf)].slice(-MAX_EARLIER)
    return {
      ...counts,
      attach: this.#session?.attach ?? 0,
      dropped: counts.dropped + skipped,
      ...(this.#isJoined ? { unmatched } : {}),
      ...(skipped > 0 ? { skipped } : {}),
      earlier,
    }
  }
}

function countsOf({ attach, counter }: ReaderSession): AttachCounts {
  const { processed, dropped, failed, unmatched } = counter.counts
  return { attach, processed, dropped, failed, ...(unmatched === 0 ? {} : { unmatched }) }
}
