import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { ensureBinary, spawnGuarded } from '../../src/runtime/binaries/index.js'
import { temporaryFolder } from './temporary.js'

/** A nats-server that is none of daffi's, until the test ends; gives its URL. */
export async function startNatsServer(args: string[] = []): Promise<string> {
  const folder = await temporaryFolder()
  const ports = join(folder, 'ports')
  await mkdir(ports)
  const { path } = await ensureBinary('nats-server')
  const server = spawnGuarded(
    path,
    ['-a', '127.0.0.1', '-p', '-1', '-sd', folder, '--ports_file_dir', ports, ...args],
    {
      stdout: 'ignore',
      cwd: folder,
    },
  )
  server.stderr.resume()
  onTestFinished(() => server.stop())
  const url = await vi.waitUntil(async () => {
    const [file] = await readdir(ports)
    const text = file === undefined ? '' : await readFile(join(ports, file), 'utf8')
    return text === '' ? undefined : (JSON.parse(text) as { nats: string[] }).nats[0]
  }, 10_000)
  return url
}
