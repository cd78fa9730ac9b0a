import { setTimeout as delay } from 'node:timers/promises'
import { noRun } from '../../../core/project/no-run.js'
import { plainText } from '../../../core/text/plain-text.js'
import { byTime, FolderReader, logFolder, type LogRecord, type LogSource } from '../../../logs/index.js'
import type { LineLevel } from '../../../status/index.js'
import { namedOnly, nodesNamed } from '../../common/nodes-named.js'
import { runInfo, type FoundRun } from './found-run.js'
import type { RunsView } from './look-at-runs.js'
import { filtered, keepsLogs, lastOf, sourceOf } from './run-records.js'

const POLL_MS = 100
const LEVELS: readonly LineLevel[] = ['info', 'warn', 'error']

/** Selection of log records. */
export interface LogSelection {
  /** Names of nodes, those of replicas together too; empty for all, and the run as a whole. */
  nodes: readonly string[]
  /** Number of the last records to begin with. @default all that are kept */
  tail?: number | undefined
  /** Milliseconds since 1970 from which records are meant. @default all */
  since?: number | undefined
  /** Lowest level. @default `info` */
  level?: LineLevel | undefined
  /** Pattern that a record's text has. @default any */
  grep?: RegExp | undefined
  /** Goes on with what comes, until `signal` aborts. */
  follow: boolean
  signal: AbortSignal
}

/**
 * Reads the logs of a pipeline: files, where it ran in the background of this project, and for other runs what their supervisors
 * have.
 * @throws DaffiError DAFFI_NO_RUN when there is neither, DAFFI_UNKNOWN_NODE
 */
export async function* readLogs(
  view: RunsView,
  { project, pipeline }: { project: string; pipeline: string },
  selection: LogSelection,
): AsyncGenerator<LogRecord, void, undefined> {
  const folder = new FolderReader(logFolder(project, pipeline))
  const runs = view.runs.filter((run) => run.pipeline === pipeline && run.status)
  const others = runs.filter((run) => !keepsLogs(run))
  const logged = await folder.nodes()
  // Files of an earlier run would mix with what a run in a terminal has printed since.
  const hasFiles = logged.length > 0 && (others.length === 0 || others.length < runs.length)
  if (!hasFiles && others.length === 0) throw noRun(pipeline, ', and has no logs')
  for (const run of others) view.log.info(whereLogsAre(run))
  const known = [...new Set([...runs.flatMap(({ status }) => Object.keys(status?.nodes ?? {})), ...logged])]
  const isMeant = selector(pipeline, known, selection)
  const sources: LogSource[] = [
    ...(hasFiles ? [folder] : []),
    ...others.map((run) => sourceOf(view, project, run)),
  ]
  const fresh = (): AsyncIterable<LogRecord> => byTime(sources.map((source) => source.fresh()))
  yield* selection.tail === undefined
    ? filtered(fresh(), isMeant)
    : lastOf(filtered(fresh(), isMeant), selection.tail)
  while (selection.follow && !selection.signal.aborted) {
    await delay(POLL_MS, undefined, { signal: selection.signal }).catch(() => undefined)
    yield* filtered(fresh(), isMeant)
  }
}

/** Tells what there is of the logs of a run that keeps none here. */
function whereLogsAre(run: FoundRun): string {
  const { pipeline, host, background } = runInfo(run)
  const why = background
    ? `has its log files on ${host}`
    : `runs in a terminal on ${host}, and keeps no log files`
  return `${pipeline} ${why}: these are the last lines of its nodes, long ones cut off`
}

function selector(
  pipeline: string,
  known: readonly string[],
  { nodes, since, level = 'info', grep }: LogSelection,
): (record: LogRecord) => boolean {
  const all = namedOnly(known)
  const named = nodes.flatMap((name) => nodesNamed(pipeline, all, name, 'DAFFI_UNKNOWN_NODE'))
  const names = new Set<string | null>(named.map(({ name }) => name))
  const lowest = LEVELS.indexOf(level)
  return (record) =>
    (nodes.length === 0 || names.has(record.node)) &&
    (since === undefined || Date.parse(record.time) >= since) &&
    LEVELS.indexOf(record.level) >= lowest &&
    (grep === undefined || grep.test(plainText(record.text)))
}
