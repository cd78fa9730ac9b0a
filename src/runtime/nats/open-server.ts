import type { FetchProgress } from '../binaries/index.js'
import { formatMs } from '../core/timeout.js'
import { DaffiError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import { startTimer } from '../core/timer.js'
import type { ServerChoice } from '../core/plan/server-choice.js'
import { stateFolder } from '../core/project/project.js'
import type { ServerHandle } from './handle.js'
import { join, joinProjectServer } from './join.js'
import { namedAddress } from './address/named-address.js'
import { watchFor } from './embedded/watch.js'
import { runOwn } from './run-own.js'
import { takenOver } from './take-over.js'

const WAITING = 'waiting for a server; daffi up, daffi stream and daffi server each run one'

/** Which server to use, and what to do when there is none. */
export interface OpenServerOptions {
  /** Folder that contains `.daffi`. */
  project: string
  /** Folder whose packages may have nats-server. @default project */
  packages?: string | undefined
  /** A server to join in place of the project's own, if it has a URL. @default the project's own */
  server?: ServerChoice | undefined
  /** Name of the pipeline that is joined on that server, for its inboxes. @default none is joined */
  pipeline?: string | undefined
  /** Action when the project has no server: run one and own it, or wait until another process runs one. */
  absent: 'run' | 'wait'
  /** Milliseconds for the whole operation; 0 means no limit. @default 0 */
  timeoutMs?: number | undefined
  /** Port for a server that is run. @default the port of the last time, or a free one */
  port?: number | undefined
  /** Cancels the opening; has no effect on the opened server. */
  signal?: AbortSignal | undefined
  log: Logger
  /** Called while nats-server is being fetched. */
  onProgress?: ((progress: FetchProgress) => void) | undefined
}

/**
 * Gives the server to use: the one that `server` names if it does, else the project's running one, else, depending on `absent`, one that this
 * process starts or waits for. A process that may run one also does so later, when the process that runs the joined one ends.
 * @throws DaffiError DAFFI_NO_SERVER, DAFFI_SERVER_AUTH, DAFFI_SERVER_UNPROVEN, DAFFI_SERVER_TLS, DAFFI_SERVER_TOO_OLD,
 *   DAFFI_NO_JETSTREAM, DAFFI_PORT_TAKEN, DAFFI_SERVER_FAILED, DAFFI_ABORTED, and those of `ensureBinary`
 */
export async function openServer(options: OpenServerOptions): Promise<ServerHandle> {
  const { server, timeoutMs } = options
  const limit = new AbortController()
  const timer = timeoutMs ? startTimer(timeoutMs, () => limit.abort()) : undefined
  const signal = options.signal ? AbortSignal.any([limit.signal, options.signal]) : limit.signal
  try {
    return await (server?.url
      ? join(namedAddress(server, options.pipeline), false, signal)
      : openOwn(options, signal))
  } catch (error) {
    if (!limit.signal.aborted || options.signal?.aborted) throw error
    const what = `no server in ${options.project} within ${formatMs(timeoutMs ?? 0)}`
    throw new DaffiError('DAFFI_NO_SERVER', what, { cause: error })
  } finally {
    timer?.cancel()
  }
}

async function openOwn(options: OpenServerOptions, signal: AbortSignal): Promise<ServerHandle> {
  const { project, absent, log } = options
  const folder = await stateFolder(project)
  let told: string | undefined
  const onSlow = (holder: string): void => {
    if (holder !== told) log.warn(`waiting for the server of ${holder}`)
    told = holder
  }
  const look = async (): Promise<ServerHandle | undefined> => {
    const joined = await joinProjectServer(project, { signal, onSlow })
    if (absent === 'wait') return joined
    return joined ? takenOver(joined, options) : runOwn(options, signal)
  }
  const found = await look()
  if (found) return found
  if (absent === 'wait') log.info(WAITING)
  return watchFor(folder, look, { signal, what: `waiting for a server in ${project}` })
}
