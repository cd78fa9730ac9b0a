import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { ensureBinary } from '../../dist/runtime/index.js'
import { environmentOf } from './folder.js'
import { freePort, listens } from './ports.js'

const START_MS = 15_000

/** A nats-server on a port of its own, which can be stopped, continued, killed and started again. */
export class Server {
  #folder
  #store
  #path
  #child

  /** @param store folder of what it keeps on disk */
  static async start(folder, store) {
    const server = new Server()
    server.#folder = folder
    server.#store = store
    server.#path = (await ensureBinary('nats-server')).path
    server.port = await freePort()
    await server.start()
    return server
  }

  get url() {
    return `nats://127.0.0.1:${this.port}`
  }

  get pid() {
    return this.#child.pid
  }

  async start() {
    const args = ['-js', '-a', '127.0.0.1', '-p', String(this.port), '-sd', this.#store]
    this.#child = spawn(this.#path, args, {
      cwd: this.#folder,
      env: environmentOf(this.#folder),
      stdio: 'ignore',
    })
    const deadline = Date.now() + START_MS
    while (!(await listens(this.port))) {
      if (this.#child.exitCode !== null || Date.now() > deadline) throw new Error('nats-server did not start')
      await delay(20)
    }
  }

  async kill() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }
}
