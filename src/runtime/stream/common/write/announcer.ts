import { payloadLimit } from '../../../nats/index.js'
import {
  encodeMessage,
  streamSubject,
  type Announcement,
  type End,
  type Open,
} from '../../protocol/messages.js'
import type { StreamContext } from '../../protocol/ports.js'

/** Bytes of the longest announcement. */
const ANNOUNCEMENT_BYTES = 768

/**
 * Publishes a writer's control messages, in order. Each message wakes the server and every receiver, so several
 * announcements go out in one message while the source does not pause.
 */
export class Announcer {
  readonly #context: StreamContext
  /** Announcements that fit into one message. */
  readonly #most: number
  #waiting: Announcement[] = []

  constructor(context: StreamContext) {
    this.#context = context
    this.#most = Math.max(1, Math.floor(payloadLimit(context.connections.control, 0) / ANNOUNCEMENT_BYTES))
  }

  /** @param limit announcements that may wait for each other; none waits longer than one turn of the event loop */
  announce(announcement: Announcement, limit: number): void {
    this.#waiting.push(announcement)
    if (this.#waiting.length >= limit) this.#flush()
    else if (this.#waiting.length === 1) setImmediate(() => this.#flush())
  }

  /** Publishes `open` or `end`, after the announcements that wait. */
  publish(what: 'open' | 'end', message: Open | End): void {
    this.#flush()
    this.#publish(what, message)
  }

  #flush(): void {
    if (this.#waiting.length === 0) return
    const announcements = this.#waiting
    this.#waiting = []
    for (let at = 0; at < announcements.length; at += this.#most)
      this.#publish('chunk', announcements.slice(at, at + this.#most))
  }

  #publish(what: 'open' | 'end' | 'chunk', message: Open | End | Announcement[]): void {
    const { id, ports, connections } = this.#context
    if (connections.control.isClosed()) return
    connections.control.publish(streamSubject(ports.pipeline, id, what), encodeMessage(message))
  }
}
