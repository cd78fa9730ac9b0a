import { join } from 'node:path'
import { DaffiError, toErrorRecord, type ErrorRecord } from '../../runtime/core/errors.js'
import type { BinaryName, Logger } from '../../runtime/index.js'
import type { ServerChoice } from '../../runtime/core/plan/server-choice.js'
import { asDaffiError } from './as-daffi-error.js'
import { findingOfBinary, type BinaryFinding } from './binary-finding.js'
import { findingOfServer, type ServerFinding } from './server-finding.js'

/** Findings of `daffi doctor`. */
export interface Diagnosis {
  node: string
  platform: string
  project: string
  /** Folder of fetched programs. */
  cache: string
  binaries: Record<BinaryName, BinaryFinding>
  server: ServerFinding
  /** Everything that keeps daffi from working, each with its next step. */
  problems: ErrorRecord[]
}

interface Options {
  project: string
  /** A server to look at in place of the project's own. */
  server: ServerChoice
  /** The oldest version of Node that is supported. */
  minNode: string
  log: Logger
}

/** Looks at everything that daffi needs, changing nothing. */
export async function diagnose({ project, server, minNode, log }: Options): Promise<Diagnosis> {
  const { CACHE_ELSEWHERE, cacheFolder, faultOfProject, isAtLeast, notOurs, whyUnwritable } =
    await import('../../runtime/index.js')
  const problems: DaffiError[] = []
  const node = process.versions.node
  if (!isAtLeast(node, minNode)) {
    const next = `Install Node ${minNode} or later.`
    problems.push(new DaffiError('DAFFI_USAGE', `Node ${node} is too old`, { next }))
  }
  const fault = faultOfProject(project)
  const unwritable = fault ? notOurs(fault) : whyUnwritable(join(project, '.daffi'))
  if (unwritable !== undefined) problems.push(asDaffiError(unwritable))
  const binaries = {
    'nats-server': await findingOfBinary('nats-server', project, problems),
    ffmpeg: await findingOfBinary('ffmpeg', project, problems),
  }
  const isFetched = Object.values(binaries).some(({ state }) => state === 'will be fetched')
  const uncached = isFetched ? whyUnwritable(cacheFolder(), CACHE_ELSEWHERE) : undefined
  if (uncached !== undefined) problems.push(asDaffiError(uncached))
  const serverFinding = await findingOfServer({ project, server, log }, problems)
  return {
    node,
    platform: `${process.platform}-${process.arch}`,
    project,
    cache: cacheFolder(),
    binaries,
    server: serverFinding,
    problems: problems.map(toErrorRecord),
  }
}
