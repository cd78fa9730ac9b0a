import type { NatsConnection } from '@nats-io/transport-node'
import { DaffiError } from '../../core/errors.js'

/**
 * The requests of one connection that wait for their answers. When the connection breaks they fail at once, since an answer
 * is lost with it, and the client would wait for its whole timeout.
 */
export class PendingAnswers {
  readonly #waiting = new Set<(error: DaffiError) => void>()

  constructor(nc: NatsConnection) {
    void this.#follow(nc)
  }

  /** Settles as the request does. @throws DaffiError DAFFI_SERVER_LOST, when the request may have been carried out */
  async wait<T>(request: Promise<T>): Promise<T> {
    return await new Promise<T>((resolve, reject) => {
      this.#waiting.add(reject)
      request.then(resolve, reject).finally(() => this.#waiting.delete(reject))
    })
  }

  async #follow(nc: NatsConnection): Promise<void> {
    for await (const { type } of nc.status()) {
      if (type !== 'disconnect') continue
      const error = new DaffiError('DAFFI_SERVER_LOST', 'the connection to the NATS server broke')
      for (const fail of [...this.#waiting]) fail(error)
    }
  }
}
