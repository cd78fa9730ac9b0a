import { onTestFinished } from 'vitest'
import { ensureBinary, spawnGuarded, type GuardedProcess } from '../../src/runtime/binaries/index.js'
import { freePort } from './ports.js'
import { temporaryFolder } from './temporary.js'

/** A server that can be killed, and started again on the same port. */
export async function mortalServer(): Promise<{ url: string; restart: () => Promise<void> }> {
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
  const restart = async (): Promise<void> => {
    process.kill(server.pid, 'SIGKILL')
    await server.exited
    server = start()
  }
  return { url: `nats://127.0.0.1:${port}`, restart }
}
