import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { ensureBinary, type Binary, type FetchProgress } from '../../binaries/index.js'
import { deferred } from '../../core/deferred.js'
import { DaffiError, messageOf } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { RestartCounter } from '../../core/plan/restart-counter.js'
import { stateFolder } from '../../core/project/project.js'
import type { ServerAddress } from '../address/server-address.js'
import { endOldServer } from './old-server.js'
import { choosePort, rememberPort } from './port.js'
import { serverFiles, type ServerFiles } from './server-config.js'
import { newSecrets, type ServerProof } from './server-secrets.js'
import { removeProcessFiles, startServerProcess, type ServerProcess } from './server-process.js'
import { writeErrorIsOver } from './write-errors.js'
import { tableIdentifies } from '../../core/process/socket-table.js'
import { removeState, writeState } from '../address/state.js'

/** The defaults of nodes, but for a shorter pause, since everything waits for the server. */
const RESTART = { delayMs: 100, maxDelayMs: 30_000, attempts: 5, windowMs: 30_000 }
const HEALED = Symbol('healed')

/** Options for starting the project's server. */
export interface EmbeddedServerOptions {
  /** Folder that contains `.daffi`. */
  project: string
  /** Folder whose packages may have nats-server. @default project */
  packages?: string | undefined
  /** Port that must be used. @default the server's last port if it is free, else any */
  port?: number | undefined
  /** How clients prove this server. @default by its sockets where they can be seen, else by its certificate */
  proof?: ServerProof
  log: Logger
  signal?: AbortSignal | undefined
  onProgress?: ((progress: FetchProgress) => void) | undefined
}

/** The values that all processes of one embedded server share, from restart to restart. */
interface EmbeddedServerSetup {
  project: string
  /** The port that must be used. @default the last one, if it is free */
  port: number | undefined
  proof: ServerProof
  log: Logger
  binary: Binary
  files: ServerFiles
}

/** The end of a process of the server that was not asked for. */
interface Death {
  /** The way in which it ended, with the last lines of its log. */
  reason: string
  /** Line of the log about it. */
  what: string
  ranMs: number
}

/**
 * The project's own nats-server. It is restarted with the same store, the same port if that is still free, and another token,
 * until it is closed or has died too often. Only the holder of the project's lock may start one.
 *
 * The state file is gone while no server of this holder listens: so clients connect to none but the one in the file, and whoever
 * has connected before that finds another token in it.
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
    this.address = { url: urlOf(first), project: setup.project }
    this.version = setup.binary.version
    this.failed = failed.promise
    this.#supervision = keepRunning(setup, first, this.#closing.signal).catch(failed.resolve)
  }

  /** @throws DaffiError DAFFI_PORT_TAKEN, DAFFI_SERVER_FAILED, and those of `ensureBinary` */
  static async start(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
    const { project, packages = project, port, log, onProgress } = options
    const { signal = new AbortController().signal } = options
    const proof = options.proof ?? (tableIdentifies() ? 'sockets' : 'certificate')
    const files = serverFiles(await stateFolder(project))
    await removeState(project)
    const binary = await ensureBinary('nats-server', { project: packages, signal, onProgress })
    await endOldServer(files)
    const setup = { project, port, proof, log, binary, files }
    return new EmbeddedServer(setup, await run(setup, signal))
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
  const counter = new RestartCounter(RESTART)
  let running = first
  try {
    for (;;) {
      const since = performance.now()
      const watching = new AbortController()
      const healed = writeErrorIsOver(setup.files, setup.log, watching.signal).then(
        () => HEALED,
        () => new Promise<never>(() => undefined),
      )
      const reason = await Promise.race([running.ended, closed, healed])
      watching.abort()
      await removeState(setup.project)
      let death: Death | undefined
      if (reason === HEALED) {
        setup.log.warn('nats-server could not write, and is started again, as there is room now')
        await running.stop()
      } else if (typeof reason === 'string') {
        const what = `nats-server died and is restarted: ${reason.split('\n')[0]}`
        death = { reason, what, ranMs: performance.now() - since }
      } else return
      running = await startAgain(setup, counter, death, closing)
    }
  } catch (error) {
    if (!closing.aborted) throw error
  } finally {
    await removeState(setup.project)
    await running.stop()
    await removeProcessFiles(setup.files)
  }
}

/**
 * Starts the next process of the server. One that does not start is another death: what was in its way may be gone the next time.
 * @param death of the process before; undefined when it was stopped
 * @throws DAFFI_SERVER_FAILED after too many deaths in a row, DAFFI_ABORTED
 */
async function startAgain(
  setup: EmbeddedServerSetup,
  counter: RestartCounter,
  death: Death | undefined,
  closing: AbortSignal,
): Promise<ServerProcess> {
  for (;;) {
    if (death) {
      const pauseMs = counter.next(death.ranMs)
      if (pauseMs === undefined)
        throw new DaffiError('DAFFI_SERVER_FAILED', `nats-server keeps dying: ${death.reason}`)
      setup.log.warn(death.what)
      await delay(pauseMs, undefined, { signal: closing })
    }
    try {
      return await run(setup, closing)
    } catch (error) {
      closing.throwIfAborted()
      const reason = messageOf(error)
      death = { reason, what: `${reason.split('\n')[0]}; it is started again`, ranMs: 0 }
    }
  }
}

/** Starts the server and, once it is ready, writes the state file for the project's other processes. */
async function run(setup: EmbeddedServerSetup, signal: AbortSignal): Promise<ServerProcess> {
  const { project, binary, files } = setup
  const secrets = newSecrets(setup.proof)
  let server: ServerProcess | undefined
  try {
    const port = await choosePort(files, setup.port, setup.log)
    server = await startServerProcess(binary.path, files, { port, ...secrets }, signal)
    await rememberPort(files, server.port)
    await writeState(project, {
      url: urlOf(server),
      token: secrets.token,
      ...(secrets.tls ? { certificate: secrets.tls.certificate } : {}),
      pid: server.pid,
      version: binary.version,
    })
    return server
  } catch (error) {
    await server?.stop()
    await removeProcessFiles(files)
    throw error
  }
}

function urlOf({ port }: ServerProcess): string {
  return `nats://127.0.0.1:${port}`
}
