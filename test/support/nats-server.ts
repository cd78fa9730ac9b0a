import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { ensureBinary, spawnGuarded } from '../../src/runtime/binaries/index.js'
import { temporaryFolder } from './temporary.js'
import { waitUntil } from './wait.js'

export interface NatsServer {
  url: string
  /** Address of its HTTP monitoring; only when it was started with `-m`. */
  monitoring: string | undefined
  stop: () => Promise<void>
}

/** A nats-server that is none of daffi's, until the test ends; gives its URL. */
export async function startNatsServer(args: string[] = []): Promise<string> {
  const { url, stop } = await runNatsServer(await temporaryFolder(), args)
  onTestFinished(stop)
  return url
}

/** Runs a nats-server that stores in that folder, on a port that it finds itself, until it is stopped. */
export async function runNatsServer(folder: string, args: string[]): Promise<NatsServer> {
  const ports = join(folder, 'ports')
  await mkdir(ports)
  const { path } = await ensureBinary('nats-server')
  const server = spawnGuarded(
    path,
    ['-a', '127.0.0.1', '-p', '-1', '-sd', folder, '--ports_file_dir', ports, ...args],
    { stdout: 'ignore', cwd: folder },
  )
  server.stderr.resume()
  const stop = (): Promise<void> => server.stop()
  try {
    const found = await waitUntil(() => readPorts(ports), { interval: 10 })
    return { url: found.nats[0], monitoring: found.monitoring?.[0], stop }
  } catch (error) {
    await stop()
    throw error
  }
}

interface Ports {
  nats: [string]
  monitoring?: [string]
}

/** The file that the server writes when it listens. */
async function readPorts(folder: string): Promise<Ports | undefined> {
  const [file] = await readdir(folder)
  const text = file === undefined ? '' : await readFile(join(folder, file), 'utf8')
  return text === '' ? undefined : (JSON.parse(text) as Ports)
}
