import type { FetchProgress } from '../binaries/index.js'
import { formatMs } from '../core/abort.js'
import { DaffiError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import { stateFolder } from '../core/project.js'
import type { ServerAddress, ServerInfo, TlsOptions } from './address.js'
import { connectNats } from './connect.js'
import { EmbeddedServer } from './embedded-server.js'
import { acquireLock, ownerIsReady } from './lock.js'
import { parseServerUrl } from './server-url.js'
import { addressOf, readState } from './state.js'
import { watchFor } from './watch.js'

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

/** A server that is there to connect to. */
export interface ServerHandle {
  address: ServerAddress
  info: ServerInfo
  /** This process runs it, and it ends with `close` or with this process. */
  owned: boolean
  /** Resolves when an owned server is gone for good; never for a joined one. */
  failed: Promise<DaffiError>
  /** Ends an owned server; nothing to do for a joined one. May be called again. */
  close(): Promise<void>
}

/** What a server that its owner is just starting again may answer. */
const COMING_AND_GOING: string[] = ['DAFFI_NO_SERVER', 'DAFFI_SERVER_AUTH']

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
    throw new DaffiError(
      'DAFFI_NO_SERVER',
      `no server in ${options.project} within ${formatMs(timeoutMs ?? 0)}`,
      {
        cause: error,
      },
    )
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
    (await joinOwner(project, signal)) ?? (absent === 'run' ? runOwn(options, signal) : undefined)
  const found = await look()
  if (found) return found
  if (absent === 'wait')
    log.info('waiting for a server: daffi up, daffi stream and daffi server each run one')
  return watchFor(folder, look, { signal, what: `waiting for a server in ${project}` })
}

/** Joins the server that another process runs; undefined while there is none that answers. */
async function joinOwner(project: string, signal: AbortSignal): Promise<ServerHandle | undefined> {
  if (!(await ownerIsReady(project, signal))) return undefined
  const state = readState(project)
  if (!state) return undefined
  try {
    return await join(addressOf(project, state), true, signal)
  } catch (error) {
    if (error instanceof DaffiError && COMING_AND_GOING.includes(error.code)) return undefined
    throw error
  }
}

async function join(address: ServerAddress, embedded: boolean, signal: AbortSignal): Promise<ServerHandle> {
  const connection = await connectNats(address, { name: 'daffi', signal })
  const version = connection.info?.version ?? ''
  await connection.close()
  return {
    address,
    info: { url: address.url, embedded, version },
    owned: false,
    failed: new Promise(() => undefined),
    close: () => Promise.resolve(),
  }
}

/** Runs the server, if this process is the one that gets the lock. */
async function runOwn(options: OpenServerOptions, signal: AbortSignal): Promise<ServerHandle | undefined> {
  const lock = await acquireLock(options.project)
  if (!lock) return undefined
  try {
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
