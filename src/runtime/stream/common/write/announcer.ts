import { payloadLimit } from '../../../nats/index.js'
import {
  encodeMessage,
  streamSubject,
  type Announcement,
  type End,
  type Open,
} from '../../protocol/messages.js'
import type { StreamContext } from '../../protocol/ports.js'
import type { ReceiverChannels } from './receiver-channels.js'

/** Bytes of the longest announcement. */
const ANNOUNCEMENT_BYTES = 832
/** Bytes of the longest invitation without those whom it invites, and of one of them. */
const INVITATION_BYTES = 3072
const INVITED_BYTES = 132

/**
 * Publishes a writer's control messages, in order. Each message wakes the server and every receiver, so several
 * announcements go out in one message while the source does not pause.
 */
export class Announcer {
  readonly #context: StreamContext
  readonly #channels: ReceiverChannels | undefined
  /** Announcements that fit into one message. */
  readonly #most: number
  /** Incarnations that fit into one invitation. */
  readonly #mostInvited: number
  #waiting: Announcement[] = []

  /** @param channels to receivers of this host, if there may be some */
  constructor(context: StreamContext, channels?: ReceiverChannels) {
    this.#context = context
    this.#channels = channels
    const limit = payloadLimit(context.connections.control, 0)
    this.#most = Math.floor(limit / ANNOUNCEMENT_BYTES)
    this.#mostInvited = Math.floor((limit - INVITATION_BYTES) / INVITED_BYTES)
  }

  /**
   * Announces something.
   * @param limit announcements that may wait for each other; none waits longer than one turn of the event loop
   * @returns whether it is in the sockets of all receivers, and not on its way to the server
   */
  announce(announcement: Announcement, limit: number): boolean {
    this.#waiting.push(announcement)
    if (this.#waiting.length >= limit) return this.#flush()
    if (this.#waiting.length === 1) setImmediate(() => this.#flush())
    return false
  }

  /** Publishes `open` or `end`, after the announcements that wait. */
  publish(what: 'open' | 'end', message: Open | End): void {
    this.#flush()
    if (!('to' in message)) this.#publish(what, message)
    else
      for (let at = 0; at < message.to.length; at += this.#mostInvited)
        this.#publish(what, { ...message, to: message.to.slice(at, at + this.#mostInvited) })
  }

  #flush(): boolean {
    const announcements = this.#waiting
    this.#waiting = []
    let isThere = false
    for (let at = 0; at < announcements.length; at += this.#most)
      isThere = this.#publish('chunk', announcements.slice(at, at + this.#most))
    return isThere
  }

  /** @returns whether all receivers have it by channels */
  #publish(what: 'open' | 'end' | 'chunk', message: Open | End | Announcement[]): boolean {
    const { id, ports, connections } = this.#context
    const subject = streamSubject(ports.pipeline, id, what)
    const bytes = encodeMessage(message)
    const hasAll = what !== 'open' && (this.#channels?.send(subject, bytes) ?? false)
    if ((hasAll && what === 'chunk') || connections.control.isClosed()) return hasAll
    connections.control.publish(subject, bytes)
    return hasAll
  }
}
