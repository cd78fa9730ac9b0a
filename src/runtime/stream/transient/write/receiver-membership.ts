import { DaffiError } from '../../../core/errors.js'
import { formatMs } from '../../../core/timeout.js'
import type { Announcer } from '../../common/write/announcer.js'
import type { Batcher } from '../../common/write/batcher.js'
import { invitation, isReceiver } from '../../common/write/invitation.js'
import type { ReceiverChannels } from '../../common/write/receiver-channels.js'
import type { WriterState } from '../../common/write/writer-state.js'
import type { Lane } from '../../../core/plan/summary.js'
import type { ShmLaneWriter } from '../../lanes/shm/shm-writer.js'
import { isProgress } from '../../protocol/message-forms.js'
import { streamSubject, type Progress } from '../../protocol/messages.js'
import { onUnixMessage, onMessage } from '../../protocol/on-message.js'
import type { Departure, Peer, StreamContext } from '../../protocol/ports.js'
import type { AssignedMarks } from './assigned-marks.js'
import type { LaneSet } from './lane-set.js'
import { Patience } from './patience.js'
import type { ReceiverTable, StreamPosition } from './receiver-table.js'

/** Interval of `check`. */
const CHECK_MS = 1000
/** Checks after which a live stream begins without those that have not attached, and the others are named in the log. */
const MAX_GATHER_CHECKS = 10

interface ReceiverMembershipOptions {
  context: StreamContext
  state: WriterState
  receivers: ReceiverTable
  lanes: LaneSet
  announcer: Announcer
  channels: ReceiverChannels
  batcher: Batcher
  /** Undefined when the stream has no shared memory. */
  shm: ShmLaneWriter | undefined
  marks: Pick<AssignedMarks, 'tellSoon'>
}

/**
 * Membership of a stream, at its writer. Once a second it is compared with the nodes that live: who should receive and does
 * not is invited, also again. A receiver that is suspected stays; one that is gone is settled, and waited for if the stream
 * is lossless.
 */
export class ReceiverMembership {
  readonly #options: ReceiverMembershipOptions
  readonly #patience: Patience
  /** Names of the nodes that received when the stream opened. */
  readonly #names = new Set<string>()
  readonly #cleanup: (() => void)[]
  #checks = 0

  constructor(options: ReceiverMembershipOptions) {
    this.#options = options
    const { id, ports, connections, options: stream } = options.context
    const { channels } = options
    this.#patience = new Patience(stream.patienceMs)
    const subject = streamSubject(ports.pipeline, id, 'progress')
    const subscription = onMessage(connections.control, subject, isProgress, (progress, raw) => {
      channels.onProgress(progress.incarnation, undefined)
      this.#onProgress(progress)
      if (progress.state !== 'attached') raw.respond()
    })
    const { unix } = ports
    const unlisten =
      unix &&
      onUnixMessage(unix, subject, isProgress, (progress, channel) => {
        if (progress.incarnation !== channel.peer)
          throw new DaffiError('DAFFI_BAD_MESSAGE', 'it is the progress of another node')
        channels.onProgress(channel.peer, channel)
        this.#onProgress(progress)
      })
    this.#cleanup = [
      () => subscription.unsubscribe(),
      () => unlisten?.(),
      ports.peers.onLeave((peer, departure) => this.#onLeave(peer, departure)),
      ports.peers.onReturning(({ name }) => this.#onReturning(name)),
      // For promptness only: the next check would find the peer as well.
      ports.peers.onJoin((peer) => {
        if (isReceiver(stream, peer) && this.#invite(peer)) this.#publish()
      }),
    ]
  }

  close(): void {
    for (const undo of this.#cleanup) undo()
  }

  /**
   * Resolves when the first item may be sent. Lossless: when all invited receivers have attached, or are gone and not waited
   * for. Live: also when some have attached and the others had their time.
   */
  async gather(invited: readonly Peer[]): Promise<void> {
    const { receivers, state } = this.#options
    for (const peer of invited) {
      this.#names.add(peer.name)
      receivers.invite(peer)
    }
    this.#publish()
    const isGathered = (): boolean =>
      receivers.absent().length === 0
        ? !receivers.held
        : this.#isLive && receivers.attached > 0 && this.#checks >= MAX_GATHER_CHECKS
    while (!isGathered() && !this.#isClosing && !state.signal.aborted) await receivers.changed.wait()
  }

  /** Compares the receivers with the nodes that live; to be called once a second. */
  check(): void {
    const { context, receivers, state } = this.#options
    const { peers, log } = context.ports
    this.#checks++
    receivers.check((incarnation) => peers.isSuspected(incarnation))
    this.#compare()
    this.#patience.pass(CHECK_MS, (name) => receivers.isPresent(name))
    this.#publish()
    this.#update()
    if (this.#checks === MAX_GATHER_CHECKS && !state.ended) {
      const names = receivers.absent().map(({ name }) => name)
      if (names.length > 0)
        log.warn(`still waiting for ${names.join(', ')} to attach to the stream to "${context.options.call}"`)
    }
    receivers.changed.notify()
  }

  /** Invites who offers the callback and does not receive; settles who is silent, and no node of the pipeline any more. */
  #compare(): void {
    const { context, receivers } = this.#options
    const { call, to } = context.options
    const { peers } = context.ports
    for (const peer of receivers.silent())
      if (!peers.has(peer.incarnation)) this.#onLeave(peer, { how: 'died', returns: false })
    for (const peer of peers.offering(call)) if (to === undefined || to === peer.name) this.#invite(peer)
  }

  /** A lossless stream is for the nodes that received when it opened; a live or shared one also for later ones. */
  #invite(peer: Peer): boolean {
    const { context, receivers } = this.#options
    const { yields, share } = context.options
    if (this.#isClosing || yields) return false
    return (this.#isLive || share || this.#names.has(peer.name)) && receivers.invite(peer)
  }

  /** Publishes the invitations and acceptances that a receiver may have missed. */
  #publish(): void {
    const { context, receivers, announcer, shm } = this.#options
    const to = receivers.uninformed()
    if (to.length > 0) {
      announcer.publish('open', invitation(context, { shm: shm?.descriptor ?? null, to }))
    }
    const accepts = receivers.accepts()
    for (const [index, accept] of accepts.entries())
      announcer.announce(accept, index === accepts.length - 1 ? 1 : Infinity)
  }

  get #isLive(): boolean {
    return this.#options.context.options.delivery === 'live'
  }

  /** Whether the source gives no more items, or is told to. */
  get #isClosing(): boolean {
    const { context, state } = this.#options
    return state.sourceEnded || (context.options.stopping?.aborted ?? false)
  }

  #position(lane: Lane): StreamPosition {
    const { state, lanes, batcher } = this.#options
    const { next, stored } = lanes.position(lane)
    // Items of the open batch have not been sent: a receiver that attaches now gets them.
    const waiting = next ?? (batcher.empty ? state.items : batcher.first)
    return { next: state.ended ? state.items : waiting, stored, open: !state.sourceEnded }
  }

  #onProgress(progress: Progress): void {
    const { state, receivers, lanes } = this.#options
    const { node, lane } = progress
    // The final report of a receiver is taken at once, as it is confirmed, and not repeated.
    if (progress.state === 'attached' && !lanes.has(lane)) {
      // The lane's first receiver is accepted once the lane is open: it reports again.
      void lanes.open(lane).then(
        () => this.#publish(),
        (error: unknown) => state.fail(error),
      )
      return
    }
    const before = receivers.latestAttach
    const wasPresent = receivers.isPresent(node)
    receivers.onProgress(progress, this.#position(lane))
    this.#options.marks.tellSoon()
    if (receivers.latestAttach > before) {
      this.#patience.onBack(node)
      this.#publish()
    } else if (wasPresent && receivers.isAway(node)) this.#onAway(node, false)
    else if (progress.leaving) this.#publish()
    this.#update()
  }

  #onLeave(peer: Peer, { how, returns }: Departure): void {
    const { receivers, channels } = this.#options
    channels.forget(peer.incarnation)
    const lane = receivers.laneOf(peer)
    const error = new DaffiError('DAFFI_NODE_DIED', `node "${peer.name}" ${how} before the stream ended`)
    receivers.depart(peer, how, lane ? this.#position(lane).next : 0, error)
    if (receivers.isAway(peer.name)) this.#onAway(peer.name, returns)
    this.#update()
  }

  /** The kernel, or a channel that broke, may tell of a death before the supervisor does, who knows more. */
  #onReturning(name: string): void {
    if (!this.#options.receivers.isAway(name)) return
    this.#onAway(name, true)
    this.#update()
  }

  #onAway(name: string, returns: boolean): void {
    if (!this.#isLive) this.#patience.onAway(name, returns)
  }

  /**
   * Returns what was forwarded and is not needed any more. Holds a lossless stream back while no receiver is present, one finishes what it was given, or one is known to return, and ends it
   * when none is left that is waited for. A live stream goes on, and waits for receivers to come back.
   */
  #update(): void {
    const { context, receivers, state, shm } = this.#options
    shm?.settle()
    if (this.#isLive || state.ended) return
    const { share, patienceMs } = context.options
    const isDeserted = receivers.attached === 0
    const isHopeless = receivers.pending.length === 0 && !this.#patience.isWaiting
    if (isDeserted && (isHopeless || (this.#isClosing && state.items > 0))) {
      receivers.countUnsent(state.items)
      const waited = this.#patience.isUsedUp ? `, and none was back within ${formatMs(patienceMs)}` : ''
      state.fail(new DaffiError('DAFFI_NO_RECEIVER', `all receivers are gone${waited}`))
    }
    const isIncomplete = receivers.isAnyLeaving || this.#patience.expectsReturn
    const held = isDeserted || (!share && isIncomplete && !this.#isClosing)
    if (held === receivers.held) return
    receivers.held = held
    receivers.changed.notify()
  }
}
