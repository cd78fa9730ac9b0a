import { createInbox, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node'

/** One inbox for the replies to all calls, so that a call can be given up at any moment and leave nothing behind. */
export class Replies {
  readonly #inbox = createInbox()
  readonly #waiting = new Map<string, (message: Msg) => void>()
  readonly #subscription: Subscription

  constructor(nc: NatsConnection) {
    this.#subscription = nc.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error === null) this.#waiting.get(message.subject.slice(this.#inbox.length + 1))?.(message)
      },
    })
  }

  /**
   * Gives a reply subject for a call; `end` must be called when no more replies are wanted.
   * @param id of the call
   */
  expect(id: string, onReply: (message: Msg) => void): { reply: string; end: () => void } {
    this.#waiting.set(id, onReply)
    return { reply: `${this.#inbox}.${id}`, end: () => void this.#waiting.delete(id) }
  }

  close(): void {
    this.#subscription.unsubscribe()
    this.#waiting.clear()
  }
}
