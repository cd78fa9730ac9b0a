import {
  encodeMessage,
  streamSubject,
  type Announcement,
  type End,
  type Open,
} from '../../protocol/messages.js'
import type { StreamContext } from '../../protocol/ports.js'

/**
 * Publishes a writer's control messages, in order. Each message wakes the server and every receiver, so several
 * announcements go out in one message while the source does not pause.
 */
export class Announcer {
  readonly #context: StreamContext
  #waiting: Announcement[] = []

  constructor(context: StreamContext) {
    this.#context = context
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
    this.#publish('chunk', announcements)
  }

  #publish(what: 'open' | 'end' | 'chunk', message: Open | End | Announcement[]): void {
    const { id, ports, connections } = this.#context
    if (connections.control.isClosed()) return
    connections.control.publish(streamSubject(ports.pipeline, id, what), encodeMessage(message))
  }
}
