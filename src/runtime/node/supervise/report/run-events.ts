import type { DaffiError } from '../../../core/errors.js'
import type { CallPlan } from '../../../core/plan/plan.js'
import type { ServerInfo } from '../../../nats/index.js'
import type { RunFile } from '../../../runs/index.js'
import type { LineStream, NodeState, ProcessEnd } from '../../../status/index.js'
import type { Note } from './call-note.js'
import type { CallReport, ObservedCallReport, StagesReport } from '../../ipc/node-reports.js'

/** The processes of a node, as far as those who look at a run need them. */
export interface NodeProcess {
  /** The present process, and its start in milliseconds since 1970; undefined when there is none. */
  process?: { pid: number; since: number } | undefined
  /** The end of the process before; undefined when there was none. */
  lastEnd?: ProcessEnd | undefined
}

/** An event of a run, of a whole pipeline or of one node, for code that shows it. */
export type RunEvent =
  /** The run can be found and given orders. */
  | { type: 'run'; run: RunFile }
  | { type: 'server'; server: ServerInfo; nodes: string[] }
  /** The viewer's page is served at this URL, which contains the viewer's token. */
  | { type: 'view'; url: string }
  | ({
      type: 'state'
      node: string
      state: NodeState
      restarts: number
      error: DaffiError | undefined
    } & NodeProcess)
  /** The node has ended and is not of the run any more. */
  | { type: 'removed'; node: string }
  | { type: 'line'; node: string; line: string; stream: LineStream }
  /** The supervisor's own line about a node. */
  | ({ type: 'note'; node: string } & Note)
  | (ObservedCallReport & { node: string })
  | (StagesReport & { node: string })
  | { type: 'call'; node: string; plan: CallPlan; report: CallReport }
