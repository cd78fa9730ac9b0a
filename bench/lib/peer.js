import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A process of its own that does what it is told: `serve` is its side. */
export class Peer {
  #child

  /** @param execArgv options of node, such as --cpu-prof */
  static async start(file, setup, execArgv = []) {
    const path = fileURLToPath(new URL(`../peers/${file}`, import.meta.url))
    const peer = new Peer(fork(path, { serialization: 'advanced', execArgv }))
    await peer.tell(setup)
    return peer
  }

  constructor(child) {
    this.#child = child
  }

  get pid() {
    return this.#child.pid
  }

  /** Gives an order, and resolves with the answer. */
  async tell(order) {
    const answered = new AbortController()
    const { signal } = answered
    try {
      this.#child.send(order)
      const [answer] = await Promise.race([
        once(this.#child, 'message', { signal }),
        once(this.#child, 'exit', { signal }).then(([code]) => {
          throw new Error(`a process of the bench ended with ${code}`)
        }),
      ])
      if (answer.error) throw new Error(answer.error)
      return answer.value
    } finally {
      answered.abort()
    }
  }

  async close() {
    if (this.#child.exitCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.disconnect()
    await exited
  }
}

/** The first order sets the process up, and gives what carries out the later ones: `run(order)`, and `close()` at the end. */
export function serve(setUp) {
  let peer
  process.on('message', async (order) => {
    try {
      if (peer) process.send({ value: await peer.run(order) })
      else {
        peer = await setUp(order)
        process.send({})
      }
    } catch (error) {
      process.send({ error: error.stack })
    }
  })
  process.once('disconnect', async () => {
    await peer?.close()
    process.exit()
  })
}
