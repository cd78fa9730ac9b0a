import { ensureBinary, type FetchProgress } from '../../binaries/index.js'
import { requireSchedules } from '../../call/index.js'
import type { Logger } from '../../core/logger.js'
import { isVideo, type NodePlan, type Plan } from '../../core/plan.js'
import { openServer, type ServerHandle } from '../../nats/index.js'

export interface ServerChoice {
  /** In place of the one that the pipeline file names. */
  url?: string
  token?: string
  /** A credentials file. */
  credentials?: string
}

export interface OpenOptions {
  server: ServerChoice
  /** What to do when there is no server: run one and own it, or wait for one. */
  absent: 'run' | 'wait'
  /** Milliseconds to wait for one; without it, for ever. */
  timeoutMs?: number | undefined
  signal: AbortSignal
  log: Logger
  /** Of programs that have to be fetched. */
  onFetch?: ((progress: FetchProgress) => void) | undefined
}

/**
 * What the nodes need before they start: a server that can do what they ask for, and ffmpeg, here rather than in each of
 * them, where nobody sees its progress.
 * @throws DaffiError DAFFI_SERVER_TOO_OLD, and those of opening the server and finding ffmpeg
 */
export async function openRun(plan: Plan, nodes: NodePlan[], options: OpenOptions): Promise<ServerHandle> {
  const { server, absent, timeoutMs, signal, log, onFetch: onProgress } = options
  if (nodes.some((node) => usesVideo(plan, node))) await ensureBinary('ffmpeg', { signal, onProgress })
  const url = server.url ?? plan.server.url
  const handle = await openServer({
    project: plan.project,
    ...server,
    url,
    absent,
    timeoutMs,
    signal,
    log,
    onProgress,
  })
  try {
    if (nodes.some(isPeriodic)) requireSchedules(handle.info.version)
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

function isPeriodic({ calls }: NodePlan): boolean {
  return calls.some(({ modifier }) => modifier.kind === 'PERIOD')
}

function usesVideo({ sources }: Plan, { calls }: NodePlan): boolean {
  const used = calls.flatMap(({ source }) => (source === undefined ? [] : (sources[source] ?? [])))
  return used.some(isVideo)
}
