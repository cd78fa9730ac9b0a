import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { spawnGuarded, withoutSecrets, type Exit } from '../../binaries/index.js'
import { DaffiError } from '../../core/errors.js'
import { inFolder } from '../../core/project/folder-error.js'
import { makeFolders } from '../../core/ownership/make-folders.js'
import { serverConfig, type ServerFiles } from './server-config.js'
import type { ServerSecrets } from './server-secrets.js'
import { watchFor } from './watch.js'

/** Long, since the server reads its whole store before it is ready. */
const READY_TIMEOUT_MS = 60_000
const SHUTDOWN_GRACE_MS = 5000
const LOG_LINES = 8
/**
 * GODEBUG setting (https://pkg.go.dev/runtime): freed memory returns to the system only when that is short of memory. Otherwise the
 * page faults for the next item cost the server a fifth of its time in a stream of large items.
 */
const REUSE_MEMORY = 'madvdontneed=0'

/** A nats-server process that is ready. */
export interface ServerProcess {
  pid: number
  port: number
  /** Resolves when the process has ended, with its exit code or signal and the last lines of its log. */
  ended: Promise<string>
  stop(): Promise<void>
}

/**
 * Starts nats-server and waits until it is ready, which is when it has written its port to a file.
 * @throws DaffiError DAFFI_FOLDER_…; DAFFI_SERVER_FAILED, with the last lines of its log
 */
export async function startServerProcess(
  binary: string,
  files: ServerFiles,
  settings: ServerSecrets & { port: number },
  signal: AbortSignal,
): Promise<ServerProcess> {
  await inFolder(dirname(files.config), async () => {
    await removeProcessFiles(files)
    await mkdir(files.ports)
    await writeSecret(files.config, serverConfig(files, settings))
    if (!settings.tls) return
    await writeSecret(files.certificate, settings.tls.certificate)
    await writeSecret(files.key, settings.tls.key)
  })
  // The server's own words would have no code.
  await inFolder(files.store, () => tryToWrite(files.store))
  const logStart = await stat(files.log).then(
    ({ size }) => size,
    () => 0,
  )

  const env = { ...withoutSecrets(process.env), GODEBUG: REUSE_MEMORY }
  const server = spawnGuarded(binary, ['-c', files.config], { stdout: 'ignore', env })
  let stderr = ''
  server.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-4000)))
  const ended = server.exited.then(async (exit) =>
    describeExit(exit, (await logSince(files, logStart)) + stderr),
  )

  const settled = new AbortController()
  // Not AbortSignal.timeout(): AbortSignal.any() holds it weakly, and it is collected before it fires (Node 20).
  const timer = setTimeout(() => settled.abort(), READY_TIMEOUT_MS)
  const until = AbortSignal.any([settled.signal, signal])
  try {
    const port = await Promise.race([
      watchFor(files.ports, () => readPort(files.ports), { signal: until, what: 'starting nats-server' }),
      ended.then((reason) => {
        throw new DaffiError('DAFFI_SERVER_FAILED', `nats-server does not start: ${reason}`)
      }),
    ])
    return { pid: server.pid, port, ended, stop: () => server.stop(SHUTDOWN_GRACE_MS) }
  } catch (error) {
    await server.stop(SHUTDOWN_GRACE_MS)
    throw error
  } finally {
    clearTimeout(timer)
    settled.abort()
  }
}

/** Removes the files of one server process; the log, the store and the last port stay. */
export async function removeProcessFiles(files: ServerFiles): Promise<void> {
  const { config, certificate, key, pid, ports } = files
  for (const path of [config, certificate, key, pid, ports]) await rm(path, { recursive: true, force: true })
}

/** Makes a folder, and something in it, which is removed again. */
async function tryToWrite(folder: string): Promise<void> {
  makeFolders(folder, 0o700)
  await rm(await mkdtemp(join(folder, 'try-')), { recursive: true })
}

async function writeSecret(path: string, content: string): Promise<void> {
  await writeFile(path, content, { mode: 0o600, flag: 'wx' })
}

function describeExit({ exitCode, signal }: Exit, log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '')
  return [`it ended with ${signal ?? `code ${exitCode}`}`, ...lines.slice(-LOG_LINES)].join('\n')
}

/** Log lines of this process; the whole log, when it has been rotated meanwhile. */
async function logSince(files: ServerFiles, start: number): Promise<string> {
  const log = await readFile(files.log).catch(() => Buffer.alloc(0))
  return log.subarray(log.length < start ? 0 : start).toString()
}

/** The server's port; undefined while the server is not ready. The file may exist before its content does. */
async function readPort(folder: string): Promise<number | undefined> {
  const file = (await readdir(folder)).find((name) => name.endsWith('.ports'))
  if (file === undefined) return undefined
  try {
    const { nats } = JSON.parse(await readFile(join(folder, file), 'utf8')) as { nats?: string[] }
    return nats?.[0] === undefined ? undefined : Number(new URL(nats[0]).port)
  } catch {
    return undefined
  }
}
