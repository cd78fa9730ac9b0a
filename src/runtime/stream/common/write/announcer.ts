import type { NatsConnection } from '@nats-io/transport-node'
import { encodeMessage, type Word } from '../../protocol/messages.js'

/**
 * What a writer says among its parts, in order. Each message wakes the server and every receiver, so word of several parts
 * goes out in one while the source does not pause.
 */
export class Words {
  readonly #nc: NatsConnection
  readonly #subject: string
  #unsaid: Word[] = []

  constructor(nc: NatsConnection, subject: string) {
    this.#nc = nc
    this.#subject = subject
  }

  /** @param most words that may wait for each other; none waits for longer than the loop's turn */
  say(word: Word, most: number): void {
    this.#unsaid.push(word)
    if (this.#unsaid.length >= most) this.flush()
    else if (this.#unsaid.length === 1) setImmediate(() => this.flush())
  }

  flush(): void {
    if (this.#unsaid.length === 0) return
    const words = this.#unsaid
    this.#unsaid = []
    if (!this.#nc.isClosed()) this.#nc.publish(this.#subject, encodeMessage(words))
  }
}
