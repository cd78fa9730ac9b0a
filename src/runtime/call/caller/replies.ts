import { createInbox, nuid, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node'

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

  /** Gives an id and a reply subject of one call; `end` must be called when no more replies are wanted. */
  expect(onReply: (message: Msg) => void): { reply: string; id: string; end: () => void } {
    const id = nuid.next()
    this.#waiting.set(id, onReply)
    return { reply: `${this.#inbox}.${id}`, id, end: () => void this.#waiting.delete(id) }
  }

  close(): void {
    this.#subscription.unsubscribe()
    this.#waiting.clear()
  }
}
