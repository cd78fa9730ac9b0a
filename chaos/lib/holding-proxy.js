import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/**
 * A way to a server on which bytes can be held in both directions: no connection breaks, and what was held goes on later,
 * complete and in order.
 */
export class HoldingProxy {
  /** @type {import('node:net').Server} */
  #listener
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set()
  #held = false

  /** @param {number} port of the server, on this host */
  static async start(port) {
    const proxy = new HoldingProxy(port)
    await once(proxy.#listener, 'listening')
    return proxy
  }

  /** @param {number} port */
  constructor(port) {
    this.#listener = createServer((client) => this.#onClient(client, port)).listen(0, '127.0.0.1')
  }

  get url() {
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.#listener.address())
    return `nats://127.0.0.1:${port}`
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

  /**
   * @param {import('node:net').Socket} client
   * @param {number} port
   */
  #onClient(client, port) {
    const upstream = connect(port, '127.0.0.1')
    this.#forward(client, upstream)
    this.#forward(upstream, client)
  }

  /**
   * Forwards without a pipe, which would resume a socket that is held as soon as the other side drains.
   * @param {import('node:net').Socket} from
   * @param {import('node:net').Socket} to
   */
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
