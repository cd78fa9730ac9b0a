import { DaffiError } from '../../../core/errors.js'
import type { Announcer } from '../../common/write/announcer.js'
import type { Batcher } from '../../common/write/batcher.js'
import { invitation, isReceiver } from '../../common/write/invitation.js'
import type { WriterState } from '../../common/write/writer-state.js'
import { MAX_PINS } from '../../lanes/shm/control.js'
import type { ShmLaneWriter } from '../../lanes/shm/shm-writer.js'
import { decodeMessage, streamSubject, type Progress } from '../../protocol/messages.js'
import type { Peer, StreamContext } from '../../protocol/ports.js'
import type { LaneSet } from './lane-set.js'
import type { ReceiverTable } from './receiver-table.js'

const ATTACH_MS = 10_000

interface ReceiverMembershipOptions {
  context: StreamContext
  state: WriterState
  receivers: ReceiverTable
  lanes: LaneSet
  announcer: Announcer
  batcher: Batcher
  /** Undefined when the stream has no shared memory. */
  shm: ShmLaneWriter | undefined
}

/**
 * Membership of a stream, at its writer: invites receivers, accepts them, follows their progress, and notices those
 * that are gone.
 */
export class ReceiverMembership {
  readonly #options: ReceiverMembershipOptions
  readonly #pins = new Map<string, number | null>()
  readonly #cleanup: (() => void)[] = []

  constructor(options: ReceiverMembershipOptions) {
    this.#options = options
    const { id, ports, connections } = options.context
    const subscription = connections.control.subscribe(streamSubject(ports.pipeline, id, 'progress'), {
      callback: (error, message) => {
        if (error === null) this.#onProgress(decodeMessage(message.data) as Progress)
      },
    })
    this.#cleanup.push(
      () => subscription.unsubscribe(),
      ports.peers.onLeave((peer, { how }) => this.#onLeave(peer, how)),
    )
    // A lossless stream is for the nodes that were present when it opened; a live one also for later ones.
    if (this.#isLive) this.#cleanup.push(ports.peers.onJoin((peer) => this.#onJoin(peer)))
  }

  close(): void {
    for (const undo of this.#cleanup) undo()
  }

  /** Resolves when all invited receivers have attached or are gone. */
  async gather(invited: readonly Peer[]): Promise<void> {
    const { receivers, state } = this.#options
    for (const peer of invited) receivers.invite(peer)
    this.repeat()
    const deadline = setTimeout(() => this.#giveUp(invited), ATTACH_MS)
    try {
      while (receivers.absent().length > 0 && !state.signal.aborted) await receivers.changed.wait()
    } finally {
      clearTimeout(deadline)
    }
  }

  /** Publishes again the invitations and acceptances that a receiver may have missed. */
  repeat(): void {
    const { context, receivers, announcer, shm } = this.#options
    const to = receivers.absent()
    if (to.length > 0) {
      // Pins are limited: when they may run out, further receivers use the server's lane.
      const descriptor = receivers.pending.length <= MAX_PINS ? (shm?.descriptor ?? null) : null
      announcer.publish('open', invitation(context, { shm: descriptor, to }))
    }
    for (const accept of receivers.accepts((incarnation) => this.#pins.get(incarnation) ?? null))
      announcer.announce(accept, 1)
  }

  get #isLive(): boolean {
    return this.#options.context.options.delivery === 'live'
  }

  #onProgress(progress: Progress): void {
    const { state, receivers, lanes, batcher, shm } = this.#options
    const { incarnation, lane, pid } = progress
    if (!lanes.has(lane)) {
      // The lane's first receiver is accepted once the lane is open: it reports again.
      void lanes.open(lane).then(
        () => this.repeat(),
        (error: unknown) => state.fail(error),
      )
      return
    }
    const before = receivers.attached
    // Items of the open batch have not been sent: a receiver that attaches now gets them.
    const next = batcher.empty ? state.items : batcher.first
    receivers.onProgress(progress, { items: state.items, next, stored: lanes.stored(lane) })
    if (receivers.attached > before) {
      if (lane === 'shm' && shm) this.#pins.set(incarnation, shm.assignPin(incarnation, pid))
      this.repeat()
    }
    this.#checkAbandoned()
  }

  #onJoin(peer: Peer & { callbacks: Record<string, unknown> }): void {
    const { context, receivers } = this.#options
    if (isReceiver(context.options, peer) && receivers.invite(peer)) this.repeat()
  }

  #onLeave(peer: Peer, how: 'left' | 'died'): void {
    const { receivers, state } = this.#options
    const error = new DaffiError('DAFFI_NODE_DIED', `node "${peer.name}" ${how} before the stream ended`)
    receivers.depart(peer, how, state.items, error)
    this.#checkAbandoned()
  }

  #giveUp(invited: readonly Peer[]): void {
    const { receivers } = this.#options
    const error = new DaffiError('DAFFI_TIMEOUT', `did not attach to the stream within ${ATTACH_MS / 1000} s`)
    const absent = receivers.absent()
    for (const peer of invited) {
      if (absent.includes(peer.incarnation)) receivers.depart(peer, 'died', 0, error)
    }
  }

  /** A lossless stream is over when all receivers are gone; a live one waits for them to come back. */
  #checkAbandoned(): void {
    const { receivers, state } = this.#options
    if (receivers.pending.length > 0 || this.#isLive || state.ended) return
    state.fail(new DaffiError('DAFFI_NO_RECEIVER', 'all receivers are gone'))
  }
}
