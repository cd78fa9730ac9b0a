import type { FetchProgress } from '../binaries/index.js'
import { formatMs } from '../core/abort.js'
import { DaffiError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import { stateFolder } from '../core/project/project.js'
import type { TlsOptions } from './address/server-address.js'
import type { ServerHandle } from './handle.js'
import { join, joinProjectServer } from './join.js'
import { acquireLock } from './embedded/lock.js'
import { parseServerUrl } from './address/server-url.js'
import { watchFor } from './embedded/watch.js'

const WAITING = 'waiting for a server; daffi up, daffi stream and daffi server each run one'

export interface OpenServerOptions {
  /** Folder that holds `.daffi`. */
  project: string
  /** A server to join, in place of the project's own; may hold user and password, or a token. */
  url?: string | undefined
  token?: string | undefined
  /** Path of a NATS credentials file. */
  credentials?: string | undefined
  tls?: TlsOptions | undefined
  /** What to do when the project has no server: run one and own it, or wait for one. */
  absent: 'run' | 'wait'
  /** Milliseconds for the whole of it; 0 or absent is without limit. */
  timeoutMs?: number | undefined
  /** For a server that is run; else its port of last time, else a free one. */
  port?: number | undefined
  /** Bounds the opening only. */
  signal?: AbortSignal | undefined
  log: Logger
  onProgress?: ((progress: FetchProgress) => void) | undefined
}

/**
 * The server to use: the one that a URL names, else the project's running one, else, as `absent` says, one that
 * this process runs or that another is about to.
 * @throws DaffiError DAFFI_NO_SERVER, DAFFI_SERVER_AUTH, DAFFI_SERVER_TOO_OLD, DAFFI_NO_JETSTREAM, DAFFI_PORT_TAKEN,
 *   DAFFI_SERVER_FAILED, DAFFI_ABORTED, and those of `ensureBinary`
 */
export async function openServer(options: OpenServerOptions): Promise<ServerHandle> {
  const { url, timeoutMs } = options
  const limit = timeoutMs ? AbortSignal.timeout(timeoutMs) : undefined
  const signal = AbortSignal.any([limit, options.signal].filter((each) => each !== undefined))
  try {
    return await (url ? joinNamed(url, options, signal) : openOwn(options, signal))
  } catch (error) {
    if (!limit?.aborted || options.signal?.aborted) throw error
    const what = `no server in ${options.project} within ${formatMs(timeoutMs ?? 0)}`
    throw new DaffiError('DAFFI_NO_SERVER', what, { cause: error })
  }
}

function joinNamed(url: string, options: OpenServerOptions, signal: AbortSignal): Promise<ServerHandle> {
  const { token, credentials, tls } = options
  const address = {
    ...parseServerUrl(url),
    ...(token === undefined ? {} : { token }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(tls === undefined ? {} : { tls }),
  }
  return join(address, false, signal)
}

async function openOwn(options: OpenServerOptions, signal: AbortSignal): Promise<ServerHandle> {
  const { project, absent, log } = options
  const folder = await stateFolder(project)
  const look = async (): Promise<ServerHandle | undefined> =>
    (await joinProjectServer(project, signal)) ?? (absent === 'run' ? runOwn(options, signal) : undefined)
  const found = await look()
  if (found) return found
  if (absent === 'wait') log.info(WAITING)
  return watchFor(folder, look, { signal, what: `waiting for a server in ${project}` })
}

/** Runs the server, if this process is the one that gets the lock. */
async function runOwn(options: OpenServerOptions, signal: AbortSignal): Promise<ServerHandle | undefined> {
  const lock = await acquireLock(options.project)
  if (!lock) return undefined
  try {
    // Loaded only by who runs a server.
    const { EmbeddedServer } = await import('./embedded/embedded-server.js')
    const server = await EmbeddedServer.start({ ...options, signal })
    lock.announce()
    const failed = server.failed.finally(() => lock.release())
    return {
      address: server.address,
      info: { url: server.address.url, embedded: true, version: server.version },
      owned: true,
      failed,
      async close() {
        await server.close()
        await lock.release()
      },
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}
