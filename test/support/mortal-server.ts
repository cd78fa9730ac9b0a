import { onTestFinished } from 'vitest'
import { ensureBinary, spawnGuarded, type GuardedProcess } from '../../src/runtime/binaries/index.js'
import { freePort, listens } from './ports.js'
import { temporaryFolder } from './temporary.js'
import { waitUntil } from './wait.js'

export interface MortalServer {
  url: string
  kill: () => Promise<void>
  /** Starts the killed server; it may not listen yet when this returns. */
  startAgain: () => void
  /** Kills the server and starts it again; it may not listen yet when this resolves. */
  restart: () => Promise<void>
  /** Sends a signal, such as SIGSTOP, to the server's process. */
  signal: (signal: NodeJS.Signals) => void
}

/** A server, which listens, that can be killed and started again on the same port. */
export async function mortalServer(): Promise<MortalServer> {
  const folder = await temporaryFolder()
  const { path } = await ensureBinary('nats-server')
  const port = await freePort()
  const start = (): GuardedProcess => {
    const server = spawnGuarded(path, ['-js', '-a', '127.0.0.1', '-p', String(port), '-sd', folder], {
      stdout: 'ignore',
      cwd: folder,
    })
    server.stderr.resume()
    return server
  }
  let server = start()
  onTestFinished(() => server.stop())
  await waitUntil(() => listens(port), { interval: 10 })
  const kill = async (): Promise<void> => {
    process.kill(server.pid, 'SIGKILL')
    await server.exited
  }
  const startAgain = (): void => {
    server = start()
  }
  const restart = async (): Promise<void> => {
    await kill()
    startAgain()
  }
  const signal = (name: NodeJS.Signals): void => void process.kill(server.pid, name)
  return { url: `nats://127.0.0.1:${port}`, kill, startAgain, restart, signal }
}
