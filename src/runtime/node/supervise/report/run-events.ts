import type { DaffiError } from '../../../core/errors.js'
import type { CallPlan } from '../../../core/plan/plan.js'
import type { ServerInfo } from '../../../nats/index.js'
import type { NodeState } from '../../../status/index.js'
import type { Note } from './call-note.js'
import type { CallReport, ObservedCallReport, StagesReport } from '../../ipc/node-reports.js'

/** An event of a run, of a whole pipeline or of one node, for code that shows it. */
export type RunEvent =
  | { type: 'server'; server: ServerInfo; nodes: string[] }
  /** The viewer's page is served at this URL, which contains the viewer's token. */
  | { type: 'view'; url: string }
  | { type: 'state'; node: string; state: NodeState; restarts: number; error: DaffiError | undefined }
  | { type: 'line'; node: string; line: string }
  /** The supervisor's own line about a node. */
  | ({ type: 'note'; node: string } & Note)
  | (ObservedCallReport & { node: string })
  | (StagesReport & { node: string })
  | { type: 'call'; node: string; plan: CallPlan; report: CallReport }
