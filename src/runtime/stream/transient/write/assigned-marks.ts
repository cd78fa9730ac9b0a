import { RecentMap } from '../../../core/recent-map.js'
import type { Origin } from '../../../core/stream/origin.js'
import { startTimer, type Timer } from '../../../core/timer.js'
import type { Announcer } from '../../common/write/announcer.js'
import type { Chunk } from '../../common/write/batch.js'
import type { SourceMark } from '../../protocol/messages.js'
import type { ReceiverTable } from './receiver-table.js'

/** Time after which marks are told, so that those of many items are told together. */
const TELL_MS = 5
/** Sources of which the latest item is known: those that had one last. */
const MAX_SOURCES = 64

interface AssignedMarksOptions {
  receivers: ReceiverTable
  announcer: Announcer
  /** Name of the stream's source; null for results. */
  source: string | null
}

/**
 * Tells receivers of a shared stream that have nothing in hand how far it is assigned: nobody waits then for results of theirs.
 * Only where a receiver has asked for it.
 */
export class AssignedMarks {
  readonly #options: AssignedMarksOptions
  readonly #latest = new RecentMap<string | null, Origin>(MAX_SOURCES)
  #timer: Timer | undefined

  constructor(options: AssignedMarksOptions) {
    this.#options = options
  }

  onAssigned({ first, time, lastOrigin }: Chunk): void {
    const { receivers, source } = this.#options
    if (!receivers.wantMarks) return
    const origin = lastOrigin ?? { source, item: first, time }
    this.#latest.set(origin.source, origin)
    this.tellSoon()
  }

  /** Called when a receiver has reported, which may have nothing in hand now. */
  tellSoon(): void {
    if (this.#options.receivers.wantMarks) this.#timer ??= startTimer(TELL_MS, () => this.#tell())
  }

  close(): void {
    this.#timer?.cancel()
  }

  #tell(): void {
    this.#timer = undefined
    const latest = [...this.#latest.values()]
    if (latest.length === 0) return
    const marks = latest.map(({ source, item, time }): SourceMark => [source, item, time])
    const { receivers, announcer } = this.#options
    for (const { attach, given } of receivers.idle())
      announcer.announce({ what: 'passed', attach, given, marks }, Infinity)
  }
}
