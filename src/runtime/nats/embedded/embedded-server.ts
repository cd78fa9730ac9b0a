import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { ensureBinary, type Binary, type FetchProgress } from '../../binaries/index.js'
import { backoffMs, type Backoff } from '../../core/backoff.js'
import { deferred } from '../../core/deferred.js'
import { DaffiError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { stateFolder } from '../../core/project/project.js'
import type { ServerAddress } from '../address/server-address.js'
import { endOldServer } from './old-server.js'
import { choosePort, rememberPort } from './port.js'
import { serverFiles, type ServerFiles } from './server-config.js'
import { removeProcessFiles, startServerProcess, type ServerProcess } from './server-process.js'
import { writeErrorIsOver } from './write-errors.js'
import { addressOf, removeState, writeState } from '../address/state.js'

const MAX_RESTARTS = 5
const RESTART: Backoff = { firstMs: 100, factor: 2 }
/** Time after which earlier restarts of a server are forgotten. */
const STABLE_MS = 60_000
const HEALED = Symbol('healed')

/** Options for starting the project's server. */
export interface EmbeddedServerOptions {
  /** Folder that contains `.daffi`. */
  project: string
  /** Folder whose packages may have nats-server. @default project */
  packages?: string | undefined
  /** Port that must be used. @default the server's last port if it is free, else any */
  port?: number | undefined
  log: Logger
  signal?: AbortSignal | undefined
  onProgress?: ((progress: FetchProgress) => void) | undefined
}

/** The values that all processes of one embedded server share, from restart to restart. */
interface EmbeddedServerSetup {
  project: string
  log: Logger
  binary: Binary
  files: ServerFiles
  token: string
}

/**
 * The project's own nats-server. It is restarted with the same port, token and store until it is closed or has died too often.
 * Only the holder of the project's lock may start one.
 */
export class EmbeddedServer {
  readonly address: ServerAddress
  readonly version: string
  /** Resolves when the server cannot be kept running; never when it is closed. */
  readonly failed: Promise<DaffiError>
  readonly #closing = new AbortController()
  readonly #supervision: Promise<void>

  private constructor(setup: EmbeddedServerSetup, first: ServerProcess) {
    const failed = deferred<DaffiError>()
    this.address = addressOf(setup.project, { url: urlOf(first), token: setup.token })
    this.version = setup.binary.version
    this.failed = failed.promise
    this.#supervision = keepRunning(setup, first, this.#closing.signal).catch(failed.resolve)
  }

  /** @throws DaffiError DAFFI_PORT_TAKEN, DAFFI_SERVER_FAILED, and those of `ensureBinary` */
  static async start(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
    const { project, packages = project, log, signal = new AbortController().signal, onProgress } = options
    const binary = await ensureBinary('nats-server', { project: packages, signal, onProgress })
    const files = serverFiles(await stateFolder(project))
    await endOldServer(files)
    const port = await choosePort(files, options.port, log)
    const setup = { project, log, binary, files, token: randomBytes(32).toString('base64url') }
    const first = await run(setup, port, signal)
    await rememberPort(files, first.port)
    return new EmbeddedServer(setup, first)
  }

  /** Stops the server and removes the state file. May be called again. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#supervision
  }
}

/** Restarts the server whenever it dies, or cannot write any more though there is room. Returns after `closing`, throws after too many restarts; no server is left either way. */
async function keepRunning(
  setup: EmbeddedServerSetup,
  first: ServerProcess,
  closing: AbortSignal,
): Promise<void> {
  const closed = once(closing, 'abort')
  let running = first
  let restarts = 0
  try {
    for (;;) {
      const since = Date.now()
      const watching = new AbortController()
      const healed = writeErrorIsOver(setup.files, setup.log, watching.signal).then(
        () => HEALED,
        () => new Promise<never>(() => undefined),
      )
      const reason = await Promise.race([running.ended, closed, healed])
      watching.abort()
      if (reason === HEALED) {
        setup.log.warn('nats-server could not write, and is started again, as there is room now')
        await running.stop()
        running = await run(setup, running.port, closing)
        continue
      }
      if (typeof reason !== 'string') return
      restarts = Date.now() - since > STABLE_MS ? 1 : restarts + 1
      if (restarts > MAX_RESTARTS)
        throw new DaffiError('DAFFI_SERVER_FAILED', `nats-server keeps dying: ${reason}`)
      setup.log.warn(`nats-server died and is restarted: ${reason.split('\n')[0]}`)
      await delay(backoffMs(RESTART, restarts - 1), undefined, { signal: closing })
      running = await run(setup, running.port, closing)
    }
  } catch (error) {
    if (!closing.aborted) throw error
  } finally {
    await removeState(setup.project)
    await running.stop()
    await removeProcessFiles(setup.files)
  }
}

/** Starts the server and, once it is ready, writes the state file for the project's other processes. */
async function run(setup: EmbeddedServerSetup, port: number, signal: AbortSignal): Promise<ServerProcess> {
  const { project, binary, files, token } = setup
  try {
    const server = await startServerProcess(binary.path, files, { port, token }, signal)
    await writeState(project, { url: urlOf(server), token, pid: server.pid, version: binary.version })
    return server
  } catch (error) {
    await removeProcessFiles(files)
    throw error
  }
}

function urlOf({ port }: ServerProcess): string {
  return `nats://127.0.0.1:${port}`
}
