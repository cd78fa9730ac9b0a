import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/**
 * A way to a server on which bytes can be held in both directions: no connection breaks, and what was held goes on later,
 * complete and in order.
 */
export class HoldingProxy {
  #listener
  #sockets = new Set()
  #held = false

  /** @param {number} port of the server, on this host */
  static async start(port) {
    const proxy = new HoldingProxy()
    proxy.#listener = createServer((client) => proxy.#onClient(client, port)).listen(0, '127.0.0.1')
    await once(proxy.#listener, 'listening')
    return proxy
  }

  get url() {
    return `nats://127.0.0.1:${this.#listener.address().port}`
  }

  hold() {
    this.#held = true
    for (const socket of this.#sockets) socket.pause()
  }

  release() {
    this.#held = false
    for (const socket of this.#sockets) socket.resume()
  }

  async close() {
    for (const socket of this.#sockets) socket.destroy()
    this.#listener.close()
    await once(this.#listener, 'close')
  }

  #onClient(client, port) {
    const upstream = connect(port, '127.0.0.1')
    this.#forward(client, upstream)
    this.#forward(upstream, client)
  }

  /** Written by hand, since a pipe would resume a socket that is held as soon as the other side drains. */
  #forward(from, to) {
    from.setNoDelay(true)
    this.#sockets.add(from)
    if (this.#held) from.pause()
    from.on('data', (bytes) => void to.write(bytes))
    from.on('error', () => undefined)
    from.on('close', () => {
      this.#sockets.delete(from)
      to.destroy()
    })
  }
}
