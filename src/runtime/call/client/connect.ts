import { addAbortListener } from 'node:events'
import { callbacksOf, type CallbackOptions } from '../../callback/index.js'
import { parseDuration, type Duration } from '../../core/duration.js'
import { DaffiError, traceOf } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { stderrLogger } from '../../core/text/stderr-logger.js'
import { randomId } from '../../core/names.js'
import {
  assertKeyPair,
  serverChoice,
  type ServerChoice,
  type TlsOptions,
} from '../../core/plan/server-choice.js'
import { findProject } from '../../core/project/project.js'
import { openServer } from '../../nats/index.js'
import { runningPipeline } from '../../runs/index.js'
import type { PipelineClient } from '../api/pipeline-client.js'
import type { PeerRecord } from '../presence/peer-record.js'
import type { CallTiming } from '../wire/timing.js'
import { openClient, type OpenedBackend } from './open-client.js'

/** Description of a node in events. */
export interface PeerInfo {
  name: string
  host: string
  pid: number
  /** Names of the callbacks that it offers. */
  callbacks: string[]
}

/** Options of `Global.connect`. */
export interface ConnectOptions {
  /**
   * Name of the pipeline to join, which is its namespace on the server.
   * @default the project's running pipeline, else 'default' on the project's own server; another server has no default
   */
  pipeline?: string | undefined
  /**
   * This process's name in the pipeline.
   * @default a random one
   */
  processName?: string | undefined
  /**
   * URL of a NATS server, or several.
   * @default NATS_URL, else this project's running server, which is waited for
   */
  server?: string | string[] | undefined
  /**
   * Runs this project's embedded server as a child of this process when none runs, as `daffi server` does.
   * @default false
   */
  initController?: boolean | undefined
  /**
   * Functions to offer, by name; or an instance of a class, whose public methods are offered.
   * @default {}
   */
  callbacks?: Record<string, (...args: never[]) => unknown> | object | undefined
  /**
   * Options of the callbacks, by name, like a module's `options`.
   * @default {}
   */
  options?: Record<string, CallbackOptions> | undefined
  /** Path of a NATS credentials file. @default none */
  credentials?: string | undefined
  /**
   * The server's token.
   * @default NATS_TOKEN
   */
  token?: string | undefined
  /**
   * Certificates for TLS.
   * @default NATS_CA, NATS_CERT and NATS_KEY; else TLS when the URL begins with tls:// or the server requires it
   */
  tls?: TlsOptions | undefined
  /**
   * Time for which the other nodes wait for this one when they hear nothing of it, and cannot tell whether it lives: then
   * its streams, calls and jobs are given up. A process on their own host is waited for as long as it lives.
   * @default '30s'
   */
  grace?: Duration | undefined
  /** Makes this process leave the pipeline when it aborts; also ends the wait for a server. @default none */
  signal?: AbortSignal | undefined
  /** Called once, when this process has joined. @default none */
  onInit?: ((g: PipelineClient) => void) | undefined
  /** Called for each node that has joined already, then for each that joins later. @default none */
  onNodeConnect?: ((node: PeerInfo) => void) | undefined
  /** Called for each node that leaves or dies. @default none */
  onNodeDisconnect?: ((node: PeerInfo) => void) | undefined
}

/**
 * Implements `Global.connect`: finds the server, joins the pipeline, and ties events and signal to it.
 * @param timing times other than those of the protocol, for tests
 */
export async function openConnection<G extends PipelineClient>(
  options: ConnectOptions,
  makeClient: (backend: OpenedBackend) => G,
  timing?: Partial<CallTiming>,
): Promise<G> {
  const { signal, onInit } = options
  const log = stderrLogger('warn')
  const project = findProject()
  const choice = serverOf(options)
  const pipeline = options.pipeline ?? (choice.url ? await pipelineElsewhere(project) : undefined)
  const server = await openServer({
    project,
    server: choice,
    pipeline,
    absent: options.initController ? 'run' : 'wait',
    signal,
    log,
  })
  let listener: Disposable | undefined
  try {
    const join = {
      server,
      pipeline: pipeline ?? (await runningPipeline(project))?.name ?? 'default',
      processName: options.processName ?? `process-${randomId()}`,
      callbacks: callbacksOf(options.callbacks ?? {}, options.options ?? {}),
      log,
      signal,
      graceMs: options.grace === undefined ? undefined : parseDuration(options.grace, 'grace'),
      timing,
    }
    const { g, control } = await openClient(join, (backend) => {
      listen(backend, options, log)
      backend.lifetime.afterLeave(async () => {
        listener?.[Symbol.dispose]()
        await server.close()
      })
      return makeClient(backend)
    })
    if (signal) listener = addAbortListener(signal, () => void g.close())
    control.beforeUserCode()
    onInit?.(g)
    return g
  } catch (error) {
    await server.close()
    throw error
  }
}

/**
 * The server that the program or its environment names; without a URL the project's own.
 * @throws DaffiError DAFFI_USAGE when a certificate is named without its key, or a key without its certificate
 */
function serverOf({ server, token, credentials, tls }: ConnectOptions, env = process.env): ServerChoice {
  const { NATS_URL, NATS_TOKEN, NATS_CA, NATS_CERT, NATS_KEY } = env
  const url = (Array.isArray(server) ? server.join(',') : server) ?? NATS_URL
  const { ca, cert, key } = tls ? {} : { ca: NATS_CA, cert: NATS_CERT, key: NATS_KEY }
  const choice = serverChoice({ url, token: token ?? NATS_TOKEN, credentials, ca, cert, key })
  if (!tls) return choice
  assertKeyPair(tls, { cert: 'tls.cert', key: 'tls.key' })
  return { ...choice, tls }
}

/**
 * The pipeline to join on a server that others may use, too.
 * @throws DaffiError DAFFI_NO_PIPELINE_NAME when none runs in this project: a default would be that of all projects
 */
async function pipelineElsewhere(project: string): Promise<string> {
  const running = await runningPipeline(project)
  if (running) return running.name
  throw new DaffiError(
    'DAFFI_NO_PIPELINE_NAME',
    "this program names no pipeline to join on a server that is not its project's own",
  )
}

function listen(
  { peers, processName }: OpenedBackend,
  { onNodeConnect, onNodeDisconnect }: ConnectOptions,
  log: Logger,
): void {
  const others = (report: (node: PeerInfo) => void) => (record: PeerRecord) => {
    if (record.name === processName) return
    try {
      report(infoOf(record))
    } catch (error) {
      log.error(`the handler of ${record.name}'s coming or going failed: ${traceOf(error)}`)
    }
  }
  if (onNodeConnect) {
    for (const record of peers.all()) others(onNodeConnect)(record)
    peers.onJoin(others(onNodeConnect))
  }
  if (onNodeDisconnect) peers.onLeave(others(onNodeDisconnect))
}

function infoOf({ name, host, pid, callbacks }: PeerRecord): PeerInfo {
  return { name, host, pid, callbacks: Object.keys(callbacks) }
}
