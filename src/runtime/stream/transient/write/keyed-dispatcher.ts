import type { Chunk, ChunkOutput } from '../../common/write/batch.js'
import { KeyOwners, type KeyMember } from '../../common/write/key-owners.js'
import type { DispatcherOptions } from './dispatcher.js'
import type { Assignable, ReceiverSession } from './receiver-session.js'

/** Items that a receiver has in hand at most: more than of those that another could take, since these cannot go elsewhere. */
const MAX_UNFINISHED = 32

type Member = KeyMember & Assignable

/**
 * Assigns each item of a stream that is shared by key to the owner of its key. While a key moves, a lossless stream waits, and
 * a live one drops the key's items.
 */
export class KeyedDispatcher implements ChunkOutput {
  readonly #options: DispatcherOptions
  readonly #owners = new KeyOwners()

  constructor(options: DispatcherOptions) {
    this.#options = options
  }

  get busy(): boolean {
    return this.#options.lanes.busy
  }

  /** Sends a chunk of one item to one receiver. Resolves when the next may come. */
  async send(chunk: Chunk): Promise<void> {
    const { receivers, lanes, marks, live, signal } = this.#options
    const key = chunk.key?.hash ?? ''
    const assign = (): ReturnType<typeof receivers.assign> =>
      receivers.assign(chunk.first, (sessions) => this.#choose(key, sessions))
    let share = assign()
    while (!share && !live && !signal.aborted) {
      await receivers.changed.wait()
      share = assign()
    }
    if (share) marks.onAssigned(chunk)
    if (share) await lanes.send({ ...chunk, first: share.first, share })
    else if (!live) receivers.countUnassigned()
  }

  #choose(key: string, sessions: readonly ReceiverSession[]): Member | undefined {
    const members = sessions.flatMap(memberOf)
    this.#owners.settle(members)
    const owner = this.#owners.ownerOf(key, members)
    if (!owner) return undefined
    const { member, moves } = owner
    const { live } = this.#options
    if (live && moves) member.assigned.passed++
    const limit = Math.max(MAX_UNFINISHED, 2 * (member.session.progress?.group ?? 1))
    if (moves || (!live && this.#owners.inHand(member.id) >= limit)) return undefined
    this.#owners.give(key, member)
    return member
  }
}

function memberOf(session: ReceiverSession): Member[] {
  const { assigned, progress, name, suspected, attach: id } = session
  if (!assigned || !progress || session.first === undefined) return []
  // What was dropped later than an item that is still in hand is done only with that one.
  const done = progress.processed + progress.failed + progress.dropped - (progress.skipped ?? 0)
  return [{ session, assigned, lane: progress.lane, name, suspected, id, done }]
}
