import { addAbortListener } from 'node:events'
import { callbacksOf, type CallbackOptions } from '../../callback/index.js'
import { createLogger } from '../../core/logger.js'
import { randomId } from '../../core/names.js'
import { findProject } from '../../core/project.js'
import { runningPipeline } from '../../core/running.js'
import { openServer, type TlsOptions } from '../../nats/index.js'
import type { Member } from '../api/pipeline-client.js'
import type { Membership } from '../api/client-backend.js'
import { openMembership } from './open-client.js'
import type { PeerRecord } from '../presence/peer-record.js'

/** A node as events tell of it. */
export interface PeerInfo {
  name: string
  host: string
  pid: number
  /** Names of the callbacks that it offers. */
  callbacks: string[]
}

export interface ConnectOptions {
  /** The namespace to take part in; the project's running pipeline by default, else `default`. */
  pipeline?: string
  /** This process's name in the pipeline; a random one by default. */
  processName?: string
  /** URL of a NATS server, or several; by default NATS_URL, else this project's running server, which is waited for. */
  server?: string | string[]
  /** Run this project's embedded server in this process's care when none runs, as `daffi server` does. */
  initController?: boolean
  /** Functions to offer, by name; or an instance of a class, whose public methods they are. */
  callbacks?: Record<string, (...args: never[]) => unknown> | object
  /** How callbacks are run, by name, as a module's `options` say. */
  options?: Record<string, CallbackOptions>
  /** Path of a NATS credentials file. */
  credentials?: string
  /** The server's token; NATS_TOKEN by default. */
  token?: string
  tls?: TlsOptions
  /** Leaves the pipeline when it aborts; also ends the waiting for a server. */
  signal?: AbortSignal
  /** Called once this process is part of the pipeline. */
  onInit?: (g: Member) => void
  onNodeConnect?: (node: PeerInfo) => void
  onNodeDisconnect?: (node: PeerInfo) => void
}

/** What `Global.connect` does: finds the server, joins the pipeline, and ties events and signal to it. */
export async function openConnection<M extends Member>(
  options: ConnectOptions,
  makeMember: (membership: Membership) => M,
): Promise<M> {
  const { signal, onInit } = options
  const log = createLogger('warn')
  const project = findProject()
  const url = options.server ?? process.env.NATS_URL
  const server = await openServer({
    project,
    url: Array.isArray(url) ? url.join(',') : url,
    token: options.token ?? process.env.NATS_TOKEN,
    credentials: options.credentials,
    tls: options.tls,
    absent: options.initController ? 'run' : 'wait',
    signal,
    log,
  })
  let listener: Disposable | undefined
  try {
    const g = await openMembership(
      {
        server,
        pipeline: options.pipeline ?? (await runningPipeline(project))?.name ?? 'default',
        processName: options.processName ?? `process-${randomId()}`,
        callbacks: callbacksOf(options.callbacks ?? {}, options.options ?? {}),
        log,
        signal,
      },
      (membership) => {
        listen(membership, options)
        return makeMember({
          ...membership,
          leave: async () => {
            listener?.[Symbol.dispose]()
            try {
              await membership.leave()
            } finally {
              await server.close()
            }
          },
        })
      },
    )
    if (signal) listener = addAbortListener(signal, () => void g.stop())
    onInit?.(g)
    return g
  } catch (error) {
    await server.close()
    throw error
  }
}

function listen(
  { peers, processName }: Membership,
  { onNodeConnect, onNodeDisconnect }: ConnectOptions,
): void {
  const told = ({ name, host, pid, callbacks }: PeerRecord): PeerInfo => ({
    name,
    host,
    pid,
    callbacks: Object.keys(callbacks),
  })
  const others = (tell: (node: PeerInfo) => void) => (record: PeerRecord) => {
    if (record.name !== processName) tell(told(record))
  }
  if (onNodeConnect) {
    for (const record of peers.all()) others(onNodeConnect)(record)
    peers.onJoin(others(onNodeConnect))
  }
  if (onNodeDisconnect) peers.onLeave(others(onNodeDisconnect))
}
