import type { RunFile } from '../../../runs/index.js'
import type { NodeState, ProcessEnd, RunStatus } from '../../../status/index.js'
import type { ErrorRecord } from '../../../core/errors.js'
import { isoTime } from '../../../core/text/iso-time.js'
import { readResult } from '../../supervise/report/kept-result.js'
import type { PipelineResult } from '../../supervise/report/pipeline-result.js'

/** A node of a run, as commands show it. */
export interface RunNode {
  name: string
  state: NodeState
  pid: number | null
  host: string
  restarts: number
  /** Start of its process, in ISO 8601; null when it has none. */
  since: string | null
  error: ErrorRecord | null
  /** End of the process before, with its time in ISO 8601; null when there was none. */
  lastEnd: (Omit<ProcessEnd, 'time'> & { time: string }) | null
}

/** A run, as commands show it. */
export interface RunInfo {
  pipeline: string
  id: string
  host: string
  pid: number
  /** In ISO 8601. */
  since: string
  background: boolean
  /** Whether its supervisor has answered; without an answer nothing is known of its nodes. */
  answers: boolean
  nodes: RunNode[]
}

/** A run in the background that has ended, or a run whose process was killed. */
export interface EndedRun extends Pick<RunInfo, 'pipeline' | 'id' | 'host' | 'pid' | 'since' | 'background'> {
  /** Time of its end in ISO 8601; null when its process was killed, so that nobody has written it down. */
  at: string | null
  /** The reason why it has failed; null when it has not, or was killed. */
  error: ErrorRecord | null
  /** Account of its calls and streams, as `daffi up` prints it; null when it has written none down. */
  result: PipelineResult | null
}

/** A run that has not ended, as far as is known. */
export interface FoundRun {
  pipeline: string
  /** Undefined when its supervisor does not answer. */
  status: RunStatus | undefined
  /** Undefined of a run of another machine or project. */
  file: RunFile | undefined
}

export function runInfo({ pipeline, status, file }: FoundRun): RunInfo {
  const { id = '', host = '', since = 0, background = false } = status ?? file ?? {}
  const pid = status?.pid ?? file?.process.pid ?? 0
  const nodes = Object.entries(status?.nodes ?? {}).map(([name, node]): RunNode => {
    const { state, restarts, error, lastEnd } = node
    return {
      name,
      state,
      pid: node.pid,
      host,
      restarts,
      since: node.since === null ? null : isoTime(node.since),
      error,
      lastEnd: lastEnd && { ...lastEnd, time: isoTime(lastEnd.time) },
    }
  })
  return {
    pipeline,
    id,
    host,
    pid,
    since: isoTime(since),
    background,
    answers: status !== undefined,
    nodes,
  }
}

export function endedRun({ name, id, host, process, since, background, ended }: RunFile): EndedRun {
  return {
    pipeline: name,
    id,
    host,
    pid: process.pid,
    since: isoTime(since),
    background,
    at: ended && isoTime(ended.time),
    error: ended?.error ?? null,
    result: readResult(ended?.result),
  }
}

/** Whether a node is as it should be: ready, or done with its calls. */
export function isWell({ state }: { state: NodeState }): boolean {
  return state === 'ready' || state === 'stopped'
}
