import type { Chunk, ChunkOutput } from '../../common/write/batch.js'
import type { AssignedMarks } from './assigned-marks.js'
import type { LaneSet } from './lane-set.js'
import { leastLoaded } from './receiver-session.js'
import type { ReceiverTable } from './receiver-table.js'

/** Items per receiver: one in the callback, and one that is ready when it returns. */
const MAX_UNFINISHED = 2

export interface DispatcherOptions {
  receivers: ReceiverTable
  lanes: Pick<LaneSet, 'busy' | 'send'>
  marks: Pick<AssignedMarks, 'onAssigned'>
  /** Never waits: when all are busy, the least loaded receiver gets one more, and drops what it cannot hold. */
  live: boolean
  signal: AbortSignal
}

/** Assigns each item of a shared stream to the least loaded receiver. */
export class Dispatcher implements ChunkOutput {
  readonly #options: DispatcherOptions

  constructor(options: DispatcherOptions) {
    this.#options = options
  }

  get busy(): boolean {
    return this.#options.lanes.busy
  }

  /** Sends a chunk of one item to one receiver. Resolves when the next may come. */
  async send(chunk: Chunk): Promise<void> {
    const { receivers, lanes, marks, live, signal } = this.#options
    const limit = live ? Infinity : MAX_UNFINISHED
    const assign = (): ReturnType<typeof receivers.assign> =>
      receivers.assign(chunk.first, (sessions) => leastLoaded(sessions, limit))
    let share = assign()
    while (!share && !live && !signal.aborted) {
      await receivers.changed.wait()
      share = assign()
    }
    if (share) marks.onAssigned(chunk)
    if (share) await lanes.send({ ...chunk, first: share.first, share })
    else if (!live) receivers.countUnassigned()
  }
}
