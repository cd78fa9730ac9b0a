import { ensureBinary, type FetchProgress } from '../../binaries/index.js'
import { requireSchedules } from '../../call/index.js'
import type { Logger } from '../../core/logger.js'
import { chooseServer, explainRefusal } from '../../core/plan/choose-server.js'
import { isVideo, type NodePlan, type Plan } from '../../core/plan/plan.js'
import { readPlan } from '../../core/plan/views.js'
import type { ServerChoice } from '../../core/plan/server-choice.js'
import { findProject } from '../../core/project/project.js'
import { openServer, type ServerHandle } from '../../nats/index.js'

export interface RunServerOptions {
  /** The server that the command names, in place of the one of the pipeline file. */
  server: ServerChoice
  /** Whether to run a server of our own, or to wait for one, when none is found. */
  absent: 'run' | 'wait'
  /** Longest wait for a server, in milliseconds. @default no limit */
  timeoutMs?: number | undefined
  signal: AbortSignal
  log: Logger
  /** Progress of fetching nats-server and ffmpeg. */
  onFetch?: ((progress: FetchProgress) => void) | undefined
}

/**
 * Opens the server of a run and checks that it can do what the nodes ask for. When a node has video, ffmpeg is fetched
 * before that: here, because the progress could not be shown from the process of a node.
 * @throws DaffiError DAFFI_SERVER_TOO_OLD, and those of opening the server and finding ffmpeg
 */
export async function openRunServer(
  plan: Plan,
  nodes: NodePlan[],
  options: RunServerOptions,
): Promise<ServerHandle> {
  const { server, absent, timeoutMs, signal, log, onFetch: onProgress } = options
  // The plan's own project may be a temporary folder, as in a test.
  const packages = findProject(plan.file)
  if (nodes.some((node) => usesVideo(plan, node)))
    await ensureBinary('ffmpeg', { project: packages, signal, onProgress })
  const handle = await openServer({
    project: plan.project,
    packages,
    server: chooseServer(server, plan.server),
    pipeline: plan.name,
    absent,
    timeoutMs,
    signal,
    log,
    onProgress,
  }).catch((error: unknown) => {
    throw explainRefusal(error, server, plan.server)
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
  const used = calls.flatMap(({ source }) => (source === undefined ? [] : (readPlan(sources, source) ?? [])))
  return used.some(isVideo)
}
