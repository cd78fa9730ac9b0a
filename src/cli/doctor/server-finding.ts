import { DaffiError } from '../../runtime/core/errors.js'
import type { Logger, ServerInfo } from '../../runtime/index.js'
import type { ServerChoice } from '../../runtime/core/plan/server-choice.js'
import { asDaffiError } from './as-daffi-error.js'

const REQUEST_TIMEOUT_MS = 5000

export interface ServerFinding {
  state: 'running' | 'not running' | 'unreachable'
  info: ServerInfo | null
}

interface Options {
  project: string
  server: ServerChoice
  log: Logger
}

/** Looks for the named server, or the project's own. Adds the reasons why it cannot be used to `problems`. */
export async function findingOfServer(
  { project, server, log }: Options,
  problems: DaffiError[],
): Promise<ServerFinding> {
  const { examineState, joinProjectServer, openServer, runningPipeline } =
    await import('../../runtime/index.js')
  try {
    if (server.url !== undefined) {
      const pipeline = (await runningPipeline(project))?.name
      const options = {
        project,
        server,
        pipeline,
        absent: 'wait',
        timeoutMs: REQUEST_TIMEOUT_MS,
        log,
      } as const
      const { info } = await openServer(options)
      return { state: 'running', info }
    }
    let silent: string | undefined
    const running = await joinProjectServer(project, {
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      onSlow: (holder) => (silent = holder),
    })
    if (running) return { state: 'running', info: running.info }
    if (silent !== undefined) throw notReady(silent)
  } catch (error) {
    problems.push(asDaffiError(error))
    return { state: 'unreachable', info: null }
  }
  const { fault } = examineState(project)
  if (fault === undefined) return { state: 'not running', info: null }
  const next = 'End the command that runs the server, remove the file, and start the command again.'
  problems.push(new DaffiError('DAFFI_NO_SERVER', `.daffi/server.json is not trusted: ${fault}`, { next }))
  return { state: 'unreachable', info: null }
}

function notReady(holder: string): DaffiError {
  return new DaffiError('DAFFI_NO_SERVER', `${holder} has no server that is ready`, {
    next: 'Wait until it is, or end that process.',
  })
}
