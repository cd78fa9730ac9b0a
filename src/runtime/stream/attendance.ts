import { DaffiError } from '../core/errors.js'
import { decodeMessage, streamSubject, type Accept, type Open, type Progress } from './messages.js'
import type { Peer, StreamConnections, StreamOptions, StreamPorts } from './ports.js'
import { Receivers } from './receivers.js'

const ATTACH_MS = 10_000

interface AttendanceOptions {
  id: string
  options: StreamOptions
  ports: StreamPorts
  connections: StreamConnections
  publish: (what: 'open' | 'chunk', message: Open | Accept) => void
  /** Where the stream stands: items yielded, number of the next item to go out, and cost of what was stored. */
  position: () => { items: number; next: number; stored: number }
  /** The last receiver is gone. */
  onAbandoned: () => void
}

/** The writer's dealings with those who receive: it invites, accepts, hears how far they are, and learns who is gone. */
export class Attendance {
  readonly receivers = new Receivers()
  readonly #options: AttendanceOptions
  readonly #cleanup: (() => void)[] = []

  constructor(options: AttendanceOptions) {
    this.#options = options
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
    const { id, options, ports, publish } = this.#options
    const to = this.receivers.absent()
    const { call, delivery, buffer, onError } = options
    const { name: from, incarnation } = ports.self
    if (to.length > 0) publish('open', { id, call, from, incarnation, delivery, buffer, onError, to })
    for (const accept of this.receivers.accepts()) publish('chunk', accept)
  }

  #hear(progress: Progress): void {
    const before = this.receivers.attached
    this.receivers.report(progress, this.#options.position())
    if (this.receivers.attached > before) this.repeat()
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
