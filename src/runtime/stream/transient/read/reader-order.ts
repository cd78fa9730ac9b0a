import type { Mark, Passed } from '../../protocol/messages.js'
import type { IncomingMarks } from '../../protocol/ports.js'
import type { ReadAhead } from './read-ahead.js'
import type { ReaderAccount } from './reader-account.js'
import type { ReaderSession } from './reader-session.js'

interface ReaderOrderOptions {
  account: ReaderAccount
  ahead: ReadAhead
  /** Present where results of the items are streamed on. */
  marks: IncomingMarks | undefined
}

/** Part of a receiver in the order of a source: passes marks on, of the writer's stage and of a shared stream. */
export class ReaderOrder {
  readonly #options: ReaderOrderOptions

  constructor(options: ReaderOrderOptions) {
    this.#options = options
  }

  /** Whether this receiver is to be told how far a shared stream is assigned. */
  get wantsMarks(): boolean {
    return this.#options.marks?.areWanted ?? false
  }

  /** Notes how far the writer's stage is. */
  onMark(mark: Mark): void {
    const { session } = this.#options.account
    session?.delivery.ordered?.onMark(mark, this.#unoffered(session))
  }

  /** Notes how far a shared stream is assigned, if this receiver is done with all that it was given. */
  onPassed({ attach, given, marks }: Passed): void {
    const { session } = this.#options.account
    if (attach !== session?.attach || session.queue.next !== given) return
    if (session.counter.position !== given || session.delivery.hasWaiting) return
    for (const [source, item, time] of marks) this.#options.marks?.passed({ source, item, time })
  }

  /**
   * Notes how far this stream is, also where its last items are dropped.
   * @param isOver whether no items will be offered but those of the chunk that is taken
   */
  update(isOver: boolean): void {
    const { session } = this.#options.account
    const ordered = session?.delivery.ordered
    if (!ordered) return
    ordered.reached(this.#unoffered(session))
    if (isOver) ordered.onEnd()
  }

  /** Number of the first item that was not offered to the order. */
  #unoffered(session: ReaderSession): number {
    const { ahead } = this.#options
    const { chunk, session: of } = ahead.taken ?? {}
    return chunk && of === session ? Math.max(session.delivery.position, chunk.first) : ahead.next(session)
  }
}
