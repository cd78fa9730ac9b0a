import type { Chunk, ChunkOutput } from '../../common/write/batch.js'
import type { AssignedMarks } from './assigned-marks.js'
import type { LaneSet } from './lane-set.js'
import { leastLoaded, type Assignable, type ReceiverSession } from './receiver-session.js'
import type { ReceiverTable } from './receiver-table.js'

/** Items per receiver: one in the callback, and one that is ready when it returns. */
const MAX_UNFINISHED = 2

/** Chooses the receiver of an item among the present ones; undefined when none can take it now. */
export type Choose = (
  item: Pick<Chunk, 'key'>,
  sessions: readonly ReceiverSession[],
) => Assignable | undefined

interface DispatcherOptions {
  receivers: ReceiverTable
  lanes: Pick<LaneSet, 'busy' | 'send'>
  choose: Choose
  marks: Pick<AssignedMarks, 'onAssigned'>
  /** Never waits: an item for which no receiver is chosen is dropped. */
  live: boolean
  signal: AbortSignal
}

/** Assigns each item of a shared stream to one receiver. */
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
    const { receivers, lanes, choose, marks, live, signal } = this.#options
    const assign = (): ReturnType<typeof receivers.assign> =>
      receivers.assign(chunk.first, (sessions) => choose(chunk, sessions))
    let share = assign()
    while (!share && !live && !signal.aborted) {
      await receivers.changed.wait()
      share = assign()
    }
    if (share) {
      marks.onAssigned(chunk)
      await lanes.send({ ...chunk, first: share.first, share })
    } else if (!live) receivers.countUnassigned()
  }
}

/** Chooses the least loaded receiver. @param live whether one that is busy gets one more, and drops what it cannot hold */
export function chooseByLoad(live: boolean): Choose {
  const limit = live ? Infinity : MAX_UNFINISHED
  return (_item, sessions) => leastLoaded(sessions, limit)
}
