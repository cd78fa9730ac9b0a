import { DaffiError } from '../../../core/errors.js'
import { invitation } from '../../common/write/invitation.js'
import {
  decodeMessage,
  streamSubject,
  type Accept,
  type Open,
  type Progress,
} from '../../protocol/messages.js'
import type { Peer, StreamConnections, StreamOptions, StreamPorts } from '../../protocol/ports.js'
import { MAX_PINS } from '../../lanes/shm/control.js'
import type { Position, Receivers } from './receiver-table.js'
import type { Routes } from './lane-set.js'
import type { ShmLaneWriter } from '../../lanes/shm/shm-writer.js'

const ATTACH_MS = 10_000

interface AttendanceOptions {
  id: string
  options: StreamOptions
  ports: StreamPorts
  connections: StreamConnections
  invite: (open: Open) => void
  accept: (accept: Accept) => void
  position: () => Position
  receivers: Receivers
  routes: Routes
  /** Undefined when there is no shared memory, or the stream may not use it. */
  shm: ShmLaneWriter | undefined
  /** The last receiver is gone. */
  onAbandoned: () => void
  onFailure: (error: unknown) => void
}

/** The writer's dealings with those who receive: it invites, accepts, hears how far they are, and learns who is gone. */
export class Attendance {
  readonly receivers: Receivers
  readonly #options: AttendanceOptions
  readonly #pins = new Map<string, number | null>()
  readonly #cleanup: (() => void)[] = []

  constructor(options: AttendanceOptions) {
    this.#options = options
    this.receivers = options.receivers
    const { id, ports, connections } = options
    const subscription = connections.control.subscribe(streamSubject(ports.pipeline, id, 'progress'), {
      callback: (error, message) => {
        if (error === null) this.#hear(decodeMessage(message.data) as Progress)
      },
    })
    this.#cleanup.push(
      () => subscription.unsubscribe(),
      ports.peers.onLeave((peer, how) => this.#lose(peer, how)),
    )
    // A lossless stream is for those who were there when it opened; a live one also for who comes later.
    if (options.options.delivery === 'live')
      this.#cleanup.push(ports.peers.onJoin((peer) => this.#welcome(peer)))
  }

  close(): void {
    for (const undo of this.#cleanup) undo()
  }

  /** Resolves when everyone invited has attached or is gone. */
  async gather(invited: readonly Peer[], signal: AbortSignal): Promise<void> {
    for (const peer of invited) this.receivers.invite(peer)
    this.repeat()
    const late = setTimeout(() => this.#giveUp(invited), ATTACH_MS)
    try {
      while (this.receivers.absent().length > 0 && !signal.aborted) await this.receivers.changed.wait()
    } finally {
      clearTimeout(late)
    }
  }

  /** Says again what may have been lost on the way to a receiver. */
  repeat(): void {
    const { id, options, ports, invite, accept, shm } = this.#options
    const to = this.receivers.absent()
    if (to.length > 0) {
      // There are only so many pins; when they may run out, the server's lane takes the rest.
      const offer = this.receivers.pending.length <= MAX_PINS ? (shm?.offer ?? null) : null
      invite(invitation({ id, options, ports, shm: offer, to }))
    }
    for (const each of this.receivers.accepts((incarnation) => this.#pins.get(incarnation) ?? null))
      accept(each)
  }

  #hear(progress: Progress): void {
    const { position, routes, shm } = this.#options
    const { incarnation, lane, pid } = progress
    if (!routes.has(lane)) {
      // The first receiver on its lane is accepted once the lane is open: it will say again that it is there.
      void routes.open(lane).then(
        () => this.repeat(),
        (error: unknown) => this.#options.onFailure(error),
      )
      return
    }
    const before = this.receivers.attached
    this.receivers.report(progress, position())
    if (this.receivers.attached > before) {
      if (lane === 'shm' && shm) this.#pins.set(incarnation, shm.admit(incarnation, pid))
      this.repeat()
    }
    this.#checkAbandoned()
  }

  #welcome(peer: Peer & { callbacks: Record<string, unknown> }): void {
    const { call, to } = this.#options.options
    if (!Object.hasOwn(peer.callbacks, call) || (to !== undefined && to !== peer.name)) return
    if (this.receivers.invite(peer)) this.repeat()
  }

  #lose(peer: Peer, how: 'left' | 'died'): void {
    const error = new DaffiError('DAFFI_NODE_DIED', `node "${peer.name}" ${how} before the stream ended`)
    this.receivers.depart(peer, how, this.#options.position().items, error)
    this.#checkAbandoned()
  }

  #giveUp(invited: readonly Peer[]): void {
    const error = new DaffiError('DAFFI_TIMEOUT', `did not attach to the stream within ${ATTACH_MS / 1000} s`)
    const absent = this.receivers.absent()
    for (const peer of invited) {
      if (absent.includes(peer.incarnation)) this.receivers.depart(peer, 'died', 0, error)
    }
  }

  #checkAbandoned(): void {
    if (this.receivers.pending.length === 0) this.#options.onAbandoned()
  }
}
