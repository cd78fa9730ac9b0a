import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { ensureBinary, type Binary, type FetchProgress } from '../../binaries/index.js'
import { deferred } from '../../core/deferred.js'
import { DaffiError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { stateFolder } from '../../core/project/project.js'
import type { ServerAddress } from '../address/server-address.js'
import { endOldServer } from './old-server.js'
import { choosePort, rememberPort } from './port.js'
import { serverFiles, type ServerFiles } from './server-config.js'
import { removeRunFiles, startServerProcess, type ServerProcess } from './server-process.js'
import { addressOf, removeState, writeState } from '../address/state.js'

const MOST_RESTARTS = 5
const FIRST_DELAY_MS = 100
/** A server that stayed up for so long is taken to be well again. */
const WELL_MS = 60_000

export interface EmbeddedOptions {
  project: string
  /** A port that has to be had; else the server's last, else any. */
  port?: number | undefined
  log: Logger
  signal?: AbortSignal | undefined
  onProgress?: ((progress: FetchProgress) => void) | undefined
}

/** What stays the same from one run of the server to the next. */
interface Place {
  project: string
  log: Logger
  binary: Binary
  files: ServerFiles
  token: string
}

/**
 * The project's own nats-server, kept running on the same port with the same token and store until it is closed
 * or has died too often. Only the holder of the project's lock may start one.
 */
export class EmbeddedServer {
  readonly address: ServerAddress
  readonly version: string
  /** Resolves when the server is gone for good without having been closed. */
  readonly failed: Promise<DaffiError>
  readonly #closing = new AbortController()
  readonly #kept: Promise<void>

  private constructor(place: Place, first: ServerProcess) {
    const failed = deferred<DaffiError>()
    this.address = addressOf(place.project, { url: urlOf(first), token: place.token })
    this.version = place.binary.version
    this.failed = failed.promise
    this.#kept = keepRunning(place, first, this.#closing.signal).catch(failed.resolve)
  }

  /** @throws DaffiError DAFFI_PORT_TAKEN, DAFFI_SERVER_FAILED, and those of `ensureBinary` */
  static async start(options: EmbeddedOptions): Promise<EmbeddedServer> {
    const { project, log, signal = new AbortController().signal, onProgress } = options
    const binary = await ensureBinary('nats-server', { signal, onProgress })
    const files = serverFiles(await stateFolder(project))
    await endOldServer(files)
    const port = await choosePort(files, options.port, log)
    const place = { project, log, binary, files, token: randomBytes(32).toString('base64url') }
    const first = await run(place, port, signal)
    await rememberPort(files, first.port)
    return new EmbeddedServer(place, first)
  }

  /** Ends the server and removes the state file. May be called again. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#kept
  }
}

/** Returns when closing, throws when the server is beyond keeping; the server is gone either way. */
async function keepRunning(place: Place, first: ServerProcess, closing: AbortSignal): Promise<void> {
  const closed = once(closing, 'abort')
  let running = first
  let restarts = 0
  try {
    for (;;) {
      const since = Date.now()
      const words = await Promise.race([running.ended, closed])
      if (typeof words !== 'string') return
      restarts = Date.now() - since > WELL_MS ? 1 : restarts + 1
      if (restarts > MOST_RESTARTS)
        throw new DaffiError('DAFFI_SERVER_FAILED', `nats-server keeps dying: ${words}`)
      place.log.warn(`nats-server died and is started again: ${words.split('\n')[0]}`)
      await delay(FIRST_DELAY_MS * 2 ** (restarts - 1), undefined, { signal: closing })
      running = await run(place, running.port, closing)
    }
  } catch (error) {
    if (!closing.aborted) throw error
  } finally {
    await removeState(place.project)
    await running.stop()
    await removeRunFiles(place.files)
  }
}

/** Starts the server and, once it is ready, tells the project's other processes by the state file. */
async function run(place: Place, port: number, signal: AbortSignal): Promise<ServerProcess> {
  const { project, binary, files, token } = place
  try {
    const server = await startServerProcess(binary.path, files, { port, token }, signal)
    await writeState(project, { url: urlOf(server), token, pid: server.pid, version: binary.version })
    return server
  } catch (error) {
    await removeRunFiles(files)
    throw error
  }
}

function urlOf({ port }: ServerProcess): string {
  return `nats://127.0.0.1:${port}`
}
